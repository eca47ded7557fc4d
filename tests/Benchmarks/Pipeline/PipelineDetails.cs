using System.Diagnostics;
using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Where the time of a contender goes: by pieces, or all of a process in one contender so that a profiler sees nothing else.</summary>
internal static class PipelineDetails
{
    /// <summary>Compares the pieces, each with the same endpoint without a guard.</summary>
    public static async Task PiecesAsync(int rounds, TimeSpan warmUp)
    {
        await using var set = new ContenderSet();
        foreach (var scenario in Pieces.All)
        {
            await set.AddAsync(scenario);
        }

        var runner = new PairedRounds(set.Contenders);
        runner.WarmUp(warmUp);
        var samples = runner.Run(rounds);
        var anonymous = samples[Scenarios.Anonymous.Name];
        Console.WriteLine($"{"",-26} {"cost ns (p10..p90)",-28} cost bytes");
        foreach (var (name, own) in samples)
        {
            Sample[] cost = [.. own.Zip(anonymous, (one, other) => one - other)];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26} {Spread.Of(cost.Select(one => one.Nanoseconds)).ToString("F0"),-28} {Spread.Of(cost.Select(one => one.Bytes)).Median:F0}"));
        }
    }

    /// <summary>Runs one contender for so long, and says into which types its bytes went.</summary>
    public static async Task OnlyAsync(string name, TimeSpan time, bool types)
    {
        await using var set = new ContenderSet();
        if (Scenarios.All.Concat(Pieces.All).FirstOrDefault(one => one.Name == name) is { } scenario)
        {
            await set.AddAsync(scenario);
        }
        else
        {
            await set.AddOursAsync();
        }

        var contender = set.Contenders.FirstOrDefault(one => one.Name == name) ?? throw new ArgumentException($"There is no contender '{name}'.", nameof(name));
        var runner = new PairedRounds([contender]);
        runner.WarmUp(TimeSpan.FromSeconds(3));
        Console.WriteLine($"{name} runs, process {Environment.ProcessId}");
        using var allocated = types ? new AllocatedTypes() : null;
        var rounds = new List<Sample>();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            rounds.AddRange(runner.Run(1)[name]);
        }

        var bytes = Spread.Of(rounds.Select(one => one.Bytes)).Median;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} ns={Spread.Of(rounds.Select(one => one.Nanoseconds)).ToString("F0")} bytes={bytes:F0}"));
        foreach (var (type, share) in allocated?.Shares() ?? [])
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{share * bytes,8:F0} bytes {share,7:P1}  {type}"));
        }
    }
}
