using System.Diagnostics;
using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Shows where the time of a contender goes: by pieces, or with one contender in the process for a profiler.</summary>
internal static class PipelineDetails
{
    /// <summary>Compares the pieces, each with the same endpoint without authorization.</summary>
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
            Sample[] cost = [.. own.Zip(anonymous, (sample, reference) => sample - reference)];
            var time = Spread.From(cost.Select(sample => sample.Nanoseconds)).ToString("F0");
            var bytes = Spread.From(cost.Select(sample => sample.Bytes)).Median;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26} {time,-28} {bytes:F0}"));
        }
    }

    /// <summary>Runs one contender for the given time, and optionally prints the types that it allocates.</summary>
    public static async Task OnlyAsync(string name, TimeSpan time, bool types)
    {
        await using var set = new ContenderSet();
        if (Scenarios.All.Concat(Pieces.All).FirstOrDefault(scenario => scenario.Name == name) is { } found)
        {
            await set.AddAsync(found);
        }
        else
        {
            await set.AddOursAsync();
        }

        var contender = set.Contenders.FirstOrDefault(contender => contender.Name == name)
            ?? throw new ArgumentException($"The contender '{name}' does not exist.", nameof(name));
        var runner = new PairedRounds([contender]);
        runner.WarmUp(TimeSpan.FromSeconds(3));
        Console.WriteLine($"{name} runs, process {Environment.ProcessId}");
        using var allocated = types ? new AllocatedTypes() : null;
        var rounds = new List<Sample>();
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < time;)
        {
            rounds.AddRange(runner.Run(1)[name]);
        }

        var bytes = Spread.From(rounds.Select(sample => sample.Bytes)).Median;
        var nanoseconds = Spread.From(rounds.Select(sample => sample.Nanoseconds)).ToString("F0");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} ns={nanoseconds} bytes={bytes:F0}"));
        foreach (var (type, share) in allocated?.Shares() ?? [])
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{share * bytes,8:F0} bytes {share,7:P1}  {type}"));
        }
    }
}
