using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// What guarding an endpoint costs a request, in time and memory: the whole pipeline of each contender less that of the same
/// endpoint without a guard, as a multiple of the least that ASP.NET Core's own authentication and authorization can cost.
/// </summary>
internal static class PipelineBenchmark
{
    private const string Anonymous = "anonymous";
    private const string Floor = "floor";
    private const string Verifier = "verifier";

    /// <summary>What ours may cost of the floor's before a build fails: bytes do not jitter, time does.</summary>
    private const double MaxBytes = 1.35;
    private const double MaxTime = 2;

    /// <summary>What ours may cost of JwtBearer's time with HS256. A short run on a busy machine wavers: a long one must give 0.40.</summary>
    private const double MaxTimeOfJwt = 0.50;

    /// <summary>One for the key's first request, and one whenever the cache refreshes it, which is every half minute.</summary>
    private const int MaxStoreReads = 5;

    public static async Task RunAsync(int rounds, TimeSpan warmUp) => Report((await MeasureAsync(rounds, warmUp)).Samples);

    /// <summary>A short run that only looks whether anything became much dearer.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> GuardAsync()
    {
        var (samples, reads) = await MeasureAsync(rounds: 8, warmUp: TimeSpan.FromSeconds(1));
        var (ours, floor) = (Cost(samples, "ours"), Cost(samples, Floor));
        var (time, bytes, verifier) = (Ratio(ours, floor).Median, Bytes(ours).Median / Bytes(floor).Median, Bytes(samples[Verifier]).Median);
        var ofJwt = Ratio(ours, Cost(samples, "jwt-hs256")).Median;
        var isGood = time <= MaxTime && ofJwt <= MaxTimeOfJwt && bytes <= MaxBytes && verifier == 0 && reads is > 0 and <= MaxStoreReads;
        Console.WriteLine(Invariant($"{(isGood ? "No" : "A")} regression: a request costs {time:F2} of the floor's time (at most {MaxTime}), {ofJwt:F2} of JwtBearer's (at most {MaxTimeOfJwt}) and {bytes:F3} of its bytes (at most {MaxBytes}), the verifier alone {verifier:F0} bytes (at most 0), and all requests together {reads} reads of the store (at most {MaxStoreReads})."));
        return isGood ? 0 : 1;
    }

    private static async Task<(IReadOnlyDictionary<string, Sample[]> Samples, int StoreReads)> MeasureAsync(int rounds, TimeSpan warmUp)
    {
        await using var set = new ContenderSet();
        foreach (var scenario in Scenarios.All.Where(one => one != Scenarios.Ours))
        {
            await set.AddAsync(scenario);
        }

        await set.AddOursAsync();
        var runner = new PairedRounds(set.Contenders);
        runner.WarmUp(warmUp);
        var samples = runner.Run(rounds);
        return (samples, set.StoreReads);
    }

    private static void Report(IReadOnlyDictionary<string, Sample[]> samples)
    {
        Console.WriteLine(Invariant($"{"",-14} {"ns/request (p10..p90)",-28} {"bytes",-8} {"cost ns (p10..p90)",-28} {"cost bytes",-10} cost/floor's (p10..p90)"));
        var floor = Cost(samples, Floor);
        foreach (var (name, rounds) in samples.Where(one => one.Key != Verifier))
        {
            var cost = Cost(samples, name);
            Console.WriteLine(Invariant($"{name,-14} {Time(rounds).ToString("F0"),-28} {Bytes(rounds).Median,-8:F0} {Time(cost).ToString("F0"),-28} {Bytes(cost).Median,-10:F0} {Ratio(cost, floor).ToString("F2")}"));
        }

        Console.WriteLine();
        var (ours, hs256) = (Cost(samples, "ours"), Cost(samples, "jwt-hs256"));
        Console.WriteLine(Invariant($"ours/jwt-hs256 time={Ratio(ours, hs256).ToString("F3")} bytes={Bytes(ours).Median / Bytes(hs256).Median:F3}"));
        foreach (var junk in new[] { "junk", "junk-again" })
        {
            Console.WriteLine(Invariant($"{junk}/challenge time={Ratio(samples[junk], samples["challenge"]).ToString("F3")} bytes={Bytes(samples[junk]).Median / Bytes(samples["challenge"]).Median:F3}"));
        }

        Console.WriteLine(Invariant($"verifier ns={Time(samples[Verifier]).ToString("F0")} bytes={Bytes(samples[Verifier]).Median:F1}"));
        Console.WriteLine();
        foreach (var name in Scenarios.All.Select(one => one.Name).Where(name => name != Anonymous))
        {
            var cost = Cost(samples, name);
            Console.WriteLine(Invariant($"{name} time={Ratio(cost, floor).Median:F3} bytes={Bytes(cost).Median / Bytes(floor).Median:F3}"));
        }
    }

    private static Sample[] Cost(IReadOnlyDictionary<string, Sample[]> samples, string name)
        => [.. samples[name].Zip(samples[Anonymous], (one, anonymous) => one - anonymous)];

    private static Spread Time(Sample[] samples) => Spread.Of(samples.Select(one => one.Nanoseconds));

    private static Spread Bytes(Sample[] samples) => Spread.Of(samples.Select(one => one.Bytes));

    /// <summary>Round by round.</summary>
    private static Spread Ratio(Sample[] samples, Sample[] others)
        => Spread.Of(samples.Zip(others, (one, other) => one.Nanoseconds / other.Nanoseconds));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
