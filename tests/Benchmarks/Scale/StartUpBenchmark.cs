using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Microsoft.AspNetCore.Hosting;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures the start-up time of a host without authentication, with the framework's authentication and authorization and one
/// handler (the floor), and with this library. Each runs in its own process, and they alternate.
/// </summary>
internal static class StartUpBenchmark
{
    private const int Rounds = 15;

    public static async Task RunAsync()
    {
        var (bare, floor, ours) = (new List<StartUp>(), new List<StartUp>(), new List<StartUp>());
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(await MeasureAsync("bare"));
            floor.Add(await MeasureAsync("floor"));
            ours.Add(await MeasureAsync("ours"));
        }

        Report("by-the-clock", start => start.Clock, "ms");
        Report("processor-time", start => start.Processor, "ms");
        Report("compiling", start => start.Compiling, "ms");
        Report("methods-compiled", start => start.Methods, "");

        void Report(string name, Func<StartUp, double> get, string unit)
            => Console.WriteLine(
                $"start-up {name} bare={Spread.From(bare.Select(get)).Median:F0}{unit} floor=+{More(floor, bare, get)}{unit} "
                + $"ours=+{More(ours, bare, get)}{unit} ours-floor={More(ours, floor, get)}{unit}");

        static string More(List<StartUp> starts, List<StartUp> others, Func<StartUp, double> get)
            => Spread.From(starts.Zip(others, (start, other) => get(start) - get(other))).ToString("F0");
    }

    /// <summary>Builds and starts an application in the child process, and prints the time in milliseconds.</summary>
    /// <param name="name">The name of the authentication: bare, floor, or ours.</param>
    public static async Task StartAsync(string name)
    {
        var start = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        var scenario = new Scenario("start", null)
        {
            Services = name switch { "bare" => null, "floor" => Scenarios.AddFloor, _ => OurScenario.AddEmpty },
        };
        await using var app = scenario.Build(builder => builder.WebHost.UseUrls("http://127.0.0.1:0"));
        await app.StartAsync();
        var (clock, processor) = (Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - used);
        var (compiling, methods) = (JitInfo.GetCompilationTime().TotalMilliseconds, JitInfo.GetCompiledMethodCount());
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{clock.TotalMilliseconds} {processor.TotalMilliseconds} {compiling} {methods}"));
    }

    private static async Task<StartUp> MeasureAsync(string name)
    {
        using var process = ServerProcess.Start("start", name);
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var numbers = text.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>The start-up times in milliseconds, and the number of methods that the runtime compiled.</summary>
    private readonly record struct StartUp(double Clock, double Processor, double Compiling, double Methods);
}
