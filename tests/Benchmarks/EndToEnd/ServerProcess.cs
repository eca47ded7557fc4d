using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Hosting;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A scenario on Kestrel in a child process that ends with this process.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, string name, Uri address, string? authorization)
        => (_process, Name, Address, Authorization) = (process, name, address, authorization);

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>Gets the Authorization field that the scenario's callers send, or null if they send none.</summary>
    public string? Authorization { get; }

    /// <summary>Gets the processor time that the process has used so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Serves requests in the child process until its standard input ends.</summary>
    public static async Task ServeAsync(string name, int port)
    {
        var scenario = Scenarios.All.First(scenario => scenario.Name == name);
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        await using var app = scenario.Build(builder => builder.WebHost.UseUrls(url));
        await app.StartAsync();
        Console.WriteLine(scenario.Authorization);
        while (await Console.In.ReadLineAsync() is not null)
        {
            // The input ends when the parent is done or has exited.
        }
    }

    public static async Task<ServerProcess> StartAsync(string name)
    {
        for (var tries = 0; ; tries++)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            var process = Start("serve", name, port.ToString(CultureInfo.InvariantCulture));
            if (await process.StandardOutput.ReadLineAsync() is { } authorization)
            {
                var address = new Uri($"http://127.0.0.1:{port}{Scenario.Path}");
                return new(process, name, address, authorization.Length == 0 ? null : authorization);
            }

            process.Kill();
            process.Dispose();
            if (tries == 5)
            {
                throw new InvalidOperationException($"The server of {name} did not start.");
            }
        }
    }

    /// <summary>Starts this program with other arguments.</summary>
    public static Process Start(params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        string[] own = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetExecutingAssembly().Location] : [];
        return Process.Start(new ProcessStartInfo(program, [.. own, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
