using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// nginx with <c>deploy/nginx.conf</c> on a free port, as an ordinary user with its own folder. It ends with this process, even
/// if that is killed.
/// </summary>
internal sealed class NginxServer : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";

    private readonly string _folder;
    private readonly Process _process;
    private readonly Lifeline _lifeline;

    private NginxServer(string folder, int port)
    {
        (_folder, Port) = (folder, port);
        _process = Process.Start(AsUser(
            ["/bin/sh", "-c", "exec \"$@\" > \"$0/log\" 2>&1", folder, .. Command(folder), "-g", "daemon off;"]))!;
        _lifeline = new Lifeline(_process.Id, "TERM");
        Client = NewClient(IPAddress.Loopback);
    }

    public int Port { get; }

    /// <summary>Gets a client with the address 127.0.0.1.</summary>
    public HttpClient Client { get; }

    /// <summary>Gets what nginx wrote: a line for each request, and errors.</summary>
    public string Log => Path.Combine(_folder, "log") is var file && File.Exists(file) ? File.ReadAllText(file) : "";

    /// <summary>Starts nginx in front of two nodes on the local machine.</summary>
    public static async Task<NginxServer> StartAsync(int firstPort, int secondPort)
    {
        var port = Repository.FreePort();
        var folder = await PrepareAsync(
            Repository.Invariant($"127.0.0.1:{port}"),
            Repository.Invariant($"127.0.0.1:{firstPort}"),
            Repository.Invariant($"127.0.0.1:{secondPort}"));
        var server = new NginxServer(folder, port);
        try
        {
            await Waiting.UntilAsync(server.ListensAsync);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets nginx check the configuration without serving.</summary>
    public static async Task<(int ExitCode, string Output)> CheckAsync(string listen, string first, string second)
    {
        var folder = await PrepareAsync(listen, first, second);
        try
        {
            var start = AsUser(["/bin/sh", "-c", "exec \"$@\" > \"$0/log\" 2>&1", folder, .. Command(folder), "-t"]);
            var (code, _) = await Repository.RunAsync(start.FileName, start.ArgumentList);
            return (code, await File.ReadAllTextAsync(Path.Combine(folder, "log"), TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Makes a client that connects from an address of the local machine, such as 127.0.0.2.</summary>
    /// <param name="address">The address of the client.</param>
    /// <param name="port">The port to connect to, or null for that of nginx.</param>
    public HttpClient NewClient(IPAddress address, int? port = null) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(address, 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new Uri(Repository.Invariant($"http://127.0.0.1:{port ?? Port}")),
    };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        var id = _process.Id.ToString(CultureInfo.InvariantCulture);
        await Repository.RunAsync("/bin/kill", ["-TERM", id]);
        await _process.WaitForExitAsync();
        _lifeline.Dispose();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string[] Command(string folder)
        => [Program, "-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr"];

    /// <summary>Writes the configuration to a new folder, which the user of nginx can write to.</summary>
    private static async Task<string> PrepareAsync(string listen, string first, string second)
    {
        // Another user may not be allowed to enter the folder of temporary files.
        var folder = Directory.CreateDirectory($"/tmp/hirepanda-nginx-{Guid.NewGuid():N}").FullName;
        var template = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "deploy", "nginx.conf"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "nginx.conf"),
            template.Replace("${HIREPANDA_LISTEN}", listen, StringComparison.Ordinal)
                .Replace("${HIREPANDA_NODE_1}", first, StringComparison.Ordinal)
                .Replace("${HIREPANDA_NODE_2}", second, StringComparison.Ordinal),
            TestContext.Current.CancellationToken);
        if (Environment.IsPrivilegedProcess)
        {
            (await Repository.RunAsync("/bin/chown", ["nobody", folder])).Should().Be((0, ""));
        }

        return folder;
    }

    private static ProcessStartInfo AsUser(string[] command) => Environment.IsPrivilegedProcess
        ? new("/usr/bin/setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", .. command])
        : new(command[0], command[1..]);

    private async Task<bool> ListensAsync()
    {
        _process.HasExited.Should().BeFalse("nginx should start: {0}", Log);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", Port, TestContext.Current.CancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
