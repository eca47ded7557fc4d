using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A Redis server without persistence on a free port. It ends with this process, even if that is killed.</summary>
internal sealed partial class RedisProcess : IAsyncDisposable
{
    private readonly Process _shell;
    private readonly ConnectionMultiplexer _admin;
    private readonly IServer _server;

    private RedisProcess(Process shell, ConnectionMultiplexer admin, int port)
        => (_shell, _admin, _server, Port) = (shell, admin, admin.GetServers()[0], port);

    public int Port { get; }

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public static async Task<RedisProcess> StartAsync()
    {
        for (var tries = 0; ; tries++)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            var shell = Start(port);
            var admin = await ConnectionMultiplexer.ConnectAsync(
                $"127.0.0.1:{port},allowAdmin=true,abortConnect=false,connectRetry=10,connectTimeout=1000");

            // Another server may have the port.
            if (!shell.HasExited && admin.IsConnected)
            {
                return new(shell, admin, port);
            }

            shell.Kill();
            shell.Dispose();
            await admin.DisposeAsync();
            if (tries == 5)
            {
                throw new InvalidOperationException("redis-server did not start. Run 'apt-get install redis-server' as root.");
            }
        }
    }

    /// <summary>Loads a script.</summary>
    /// <returns>The name by which <c>EVALSHA</c> calls it.</returns>
    public async Task<string> LoadAsync(string script)
        => Convert.ToHexStringLower(await _server.ScriptLoadAsync(script));

    public Task ResetStatisticsAsync() => _server.ConfigResetStatisticsAsync();

    /// <summary>Gets the memory of one of the keys with a pattern.</summary>
    public async Task<long> GetMemoryAsync(string pattern)
        => (long)await _admin.GetDatabase().ExecuteAsync("MEMORY", "USAGE", _server.Keys(pattern: pattern).First());

    /// <summary>Gets what the server has done since the statistics were reset.</summary>
    public async Task<RedisStatistics> GetStatisticsAsync()
    {
        var text = await _server.InfoRawAsync("everything") ?? "";
        var commands = Command().Matches(text)
            .Select(match => (Name: match.Groups[1].Value, Calls: Number(match.Groups[2]), Time: Number(match.Groups[3])))
            .Where(command => command.Name is not "info" and not "config|resetstat")
            .ToArray();
        return new(
            commands.ToDictionary(command => command.Name, command => command.Calls),
            commands.Where(command => command.Name is "eval" or "evalsha").Sum(command => command.Time),
            Field("total_net_input_bytes"),
            Field("total_net_output_bytes"));

        double Field(string name) => Number(Regex.Match(text, $"^{name}:([0-9]+)", RegexOptions.Multiline).Groups[1]);

        static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await _admin.DisposeAsync();
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static Process Start(int port)
    {
        // When this process ends, the shell reads the end of its input and kills the server.
        const string Script = """
            "$@" > /dev/null 2>&1 &
            read -r _
            kill -KILL $! 2> /dev/null
            """;
        string[] server =
        [
            "redis-server", "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no",
        ];
        return Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", .. server]) { RedirectStandardInput = true })!;
    }

    [GeneratedRegex(@"^cmdstat_([a-z|]+):calls=(\d+),usec=(\d+)", RegexOptions.Multiline)]
    private static partial Regex Command();
}

/// <summary>What a Redis server did for its clients.</summary>
/// <param name="Commands">The number of calls by command. It includes commands that a script ran.</param>
/// <param name="ScriptTime">The time in scripts, in microseconds.</param>
/// <param name="Received">The bytes that clients sent.</param>
/// <param name="Sent">The bytes that clients received.</param>
internal sealed record RedisStatistics(
    IReadOnlyDictionary<string, double> Commands, double ScriptTime, double Received, double Sent);
