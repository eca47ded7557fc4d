using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using Microsoft.AspNetCore.Hosting;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>What the library adds to a host's start: the same application with and without it, in processes of their own, by turns.</summary>
internal static class StartUpBenchmark
{
    private const int Rounds = 15;

    public static async Task RunAsync()
    {
        var (bare, ours) = (new List<StartUp>(), new List<StartUp>());
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(await MeasureAsync("bare"));
            ours.Add(await MeasureAsync("ours"));
        }

        Report("by-the-clock", one => one.Clock);
        Report("processor-time", one => one.Processor);
        Report("compiling", one => one.Compiling);
        Report("methods-compiled", one => one.Methods, "");

        void Report(string name, Func<StartUp, double> of, string unit = "ms")
        {
            var more = Spread.Of(ours.Zip(bare, (one, other) => of(one) - of(other)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start-up {name} bare={Spread.Of(bare.Select(of)).Median:F0}{unit} ours={Spread.Of(ours.Select(of)).Median:F0}{unit} difference={more.ToString("F0")}{unit}"));
        }
    }

    /// <summary>The child's side: builds and starts an application, and says how many milliseconds that took.</summary>
    public static async Task StartAsync(bool withKeys)
    {
        var start = Stopwatch.GetTimestamp();
        var used = Environment.CpuUsage.TotalTime;
        var scenario = new Scenario("start", null) { Services = withKeys ? OurScenario.AddEmpty : null };
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
