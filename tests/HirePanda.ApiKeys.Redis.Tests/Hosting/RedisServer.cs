using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using StackExchange.Redis;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A Redis server on a free port with its own folder. It ends with this process, even if that is killed.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _arguments;
    private Process _shell = null!;
    private string _processId = "";
    private ConnectionMultiplexer? _admin;

    private RedisServer(string[] arguments) => _arguments = arguments;

    public int Port { get; } = Repository.FreePort();

    public string ConnectionString => Repository.Invariant($"127.0.0.1:{Port}");

    /// <summary>Gets a connection that is not used by any node.</summary>
    public IServer Admin => _admin!.GetServer(ConnectionString);

    public IDatabase Database => _admin!.GetDatabase();

    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = new RedisServer(arguments);
        await server.StartAgainAsync();
        if (!arguments.Contains("--requirepass"))
        {
            server._admin = await ConnectionMultiplexer.ConnectAsync(
                $"{server.ConnectionString},allowAdmin=true,abortConnect=false,connectRetry=1,connectTimeout=1000");
        }

        return server;
    }

    /// <summary>Starts the server again on the same port, without data.</summary>
    public async Task StartAgainAsync()
    {
        // When this process ends, the shell reads the end of its input and kills the server.
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c",
                """
                "$@" > /dev/null 2>&1 &
                echo $!
                read -r _
                kill -KILL $! 2> /dev/null
                """,
                "sh",
                "redis-server",
                "--port",
                Port.ToString(CultureInfo.InvariantCulture),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                _folder.Path,
                .. _arguments
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _shell = Process.Start(start)!;
        _processId = (await _shell.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
        await Waiting.UntilAsync(AnswersAsync);
    }

    /// <summary>Kills the server (SIGKILL), like a crash.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        await _shell.StandardInput.WriteLineAsync();
        await _shell.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Stops the server without closing its connections (SIGSTOP).</summary>
    public Task HangAsync() => SignalAsync("STOP");

    /// <summary>Lets a hanging server continue (SIGCONT).</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null)
        {
            await _admin.CloseAsync(allowCommandsToComplete: false);
            await _admin.DisposeAsync();
        }

        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _folder.Dispose();
    }

    private async Task SignalAsync(string signal)
        => (await Repository.RunAsync("/bin/kill", [$"-{signal}", _processId])).ExitCode.Should().Be(0);

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            return await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>Waits for conditions on other threads and in other processes.</summary>
internal static class Waiting
{
    public static Task UntilAsync(Func<bool> happened, double seconds = 30)
        => UntilAsync(() => Task.FromResult(happened()), seconds);

    public static async Task UntilAsync(Func<Task<bool>> happened, double seconds = 30)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var patience = Stopwatch.StartNew();
        while (!await happened())
        {
            patience.Elapsed.TotalSeconds.Should().BeLessThan(seconds, "the awaited condition should be true");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
