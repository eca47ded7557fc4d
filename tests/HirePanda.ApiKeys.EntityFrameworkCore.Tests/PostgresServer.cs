using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>A PostgreSQL server for one test, which can stop or freeze it.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _bin;
    private readonly int _port;

    private PostgresServer(string folder, string bin, int port) => (_folder, _bin, _port) = (folder, bin, port);

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=hirepanda;Database=postgres";

    private string Data => Path.Combine(_folder, "data");

    public static async Task<PostgresServer> StartAsync()
    {
        var bin = Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .Last(folder => File.Exists(Path.Combine(folder, "initdb")));
        // The server's user cannot access this run's folder for temporary files.
        var folder = Directory.CreateDirectory($"/tmp/hirepanda-frozen-{Guid.NewGuid():N}").FullName;
        if (Environment.UserName == "root")
        {
            // PostgreSQL refuses to run as root.
            await RunAsync("chown", "postgres", folder);
        }

        var server = new PostgresServer(folder, bin, FreePort());
        await server.RunOwnAsync("initdb", "-D", server.Data, "-A", "trust", "-U", "hirepanda", "--no-sync");
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts the server again after <see cref="StopAsync"/>.</summary>
    public Task StartAgainAsync() => RunOwnAsync(
        "pg_ctl", "-D", Data, "-w", "-l", Path.Combine(_folder, "log"), "-o",
        $"-p {_port} -c max_connections=200 -c listen_addresses=127.0.0.1 "
        + $"-c unix_socket_directories={_folder} -c fsync=off",
        "start");

    /// <summary>Stops the server without waiting for its connections, like a crash.</summary>
    public Task StopAsync() => RunOwnAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    /// <summary>
    /// Freezes every process of the server. Connections stay open, and the system accepts new ones.
    /// </summary>
    public async Task FreezeAsync()
    {
        // The parent stops first, so that it starts no more children.
        var parent = Parent();
        await SignalAsync("STOP", [parent]);
        await SignalAsync("STOP", Children(parent));
    }

    /// <summary>Resumes all processes.</summary>
    public Task ThawAsync() => SignalAsync("CONT", [.. Children(Parent()), Parent()]);

    public async ValueTask DisposeAsync()
    {
        await ThawAsync();
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        // This is below the range of ephemeral ports.
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // The port is in use.
            }
        }
    }

    private static int[] Children(int parent)
    {
        var children = new List<int>();
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                try
                {
                    // The format is "id (name) state parent ...". The name can contain spaces, but a database's name contains no
                    // parentheses.
                    var stat = File.ReadAllText($"/proc/{id}/stat");
                    if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(CultureInfo.InvariantCulture))
                    {
                        children.Add(id);
                    }
                }
                catch (IOException)
                {
                    // The process has ended.
                }
            }
        }

        return [.. children];
    }

    private static Task SignalAsync(string signal, int[] processes)
        => processes.Length == 0
            ? Task.CompletedTask
            : RunAsync("sh", "-c", $"kill -{signal} {string.Join(' ', processes)} 2> /dev/null || true");

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync(CancellationToken.None);
        process.ExitCode.Should().Be(0, string.Join(' ', command));
    }

    private int Parent() => int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    private Task RunOwnAsync(string program, params string[] arguments)
        => RunAsync(
            [
                .. Environment.UserName == "root" ? new[] { "runuser", "-u", "postgres", "--" } : [],
                Path.Combine(_bin, program),
                .. arguments
            ]);
}
