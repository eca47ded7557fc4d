using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Microsoft.AspNetCore.Hosting;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// What the library adds to a host's start: the same application without it, with the framework's own authentication and authorization and
/// one handler (the floor), and with ours, in processes of their own, by turns.
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

        Report("by-the-clock", one => one.Clock, "ms");
        Report("processor-time", one => one.Processor, "ms");
        Report("compiling", one => one.Compiling, "ms");
        Report("methods-compiled", one => one.Methods, "");

        void Report(string name, Func<StartUp, double> of, string unit)
            => Console.WriteLine($"start-up {name} bare={Spread.Of(bare.Select(of)).Median:F0}{unit} floor=+{More(floor, bare, of)}{unit} ours=+{More(ours, bare, of)}{unit} ours-floor={More(ours, floor, of)}{unit}");

        static string More(List<StartUp> some, List<StartUp> others, Func<StartUp, double> of)
            => Spread.Of(some.Zip(others, (one, other) => of(one) - of(other))).ToString("F0");
    }

    /// <summary>The child's side: builds and starts an application, and says how many milliseconds that took.</summary>
    /// <param name="name">What guards its endpoint.</param>
    public static async Task StartAsync(string name)
    {
        var start = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        var scenario = new Scenario("start", null) { Services = name switch { "bare" => null, "floor" => Scenarios.AddFloor, _ => OurScenario.AddEmpty } };
        await using var app = scenario.Build(builder => builder.WebHost.UseUrls("http://127.0.0.1:0"));
        await app.StartAsync();
        var (clock, processor) = (Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - used);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{clock.TotalMilliseconds} {processor.TotalMilliseconds} {JitInfo.GetCompilationTime().TotalMilliseconds} {JitInfo.GetCompiledMethodCount()}"));
    }

    private static async Task<StartUp> MeasureAsync(string name)
    {
        using var process = ServerProcess.Start("start", name);
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var numbers = text.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        return new(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    /// <summary>Milliseconds, and how many methods the runtime had to compile in them.</summary>
    private readonly record struct StartUp(double Clock, double Processor, double Compiling, double Methods);
}
