using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures the time and memory cost of protecting an endpoint: the whole pipeline of each contender minus that of the same
/// endpoint without authorization, as a multiple of the minimum cost of ASP.NET Core's own authentication and authorization.
/// </summary>
internal static class PipelineBenchmark
{
    private const string Anonymous = "anonymous";
    private const string Floor = "floor";
    private const string Verifier = "verifier";

    /// <summary>
    /// The highest cost of this library as a multiple of the floor's. Bytes do not vary between runs, but time does: a long run
    /// on a quiet machine gives 1.39 to 1.47.
    /// </summary>
    private const double MaxBytes = 1.35;
    private const double MaxTime = 1.5;

    /// <summary>The highest cost of this library as a fraction of JwtBearer's time with HS256.</summary>
    private const double MaxTimeOfJwt = 0.40;

    /// <summary>The highest time of a whole request as a multiple of the same request in an app without the dashboard.</summary>
    private const double MaxTimeWithDashboard = 1.10;

    /// <summary>The number of short runs after which a time that is too high is believed.</summary>
    private const int MaxAttempts = 3;

    /// <summary>
    /// One for the first request of each key and workspace, and one for each cache refresh, which occurs every 30 seconds.
    /// </summary>
    private const int MaxStoreReads = 12;

    public static async Task RunAsync(int rounds, TimeSpan warmUp) => Report((await MeasureAsync(rounds, warmUp)).Samples);

    /// <summary>Makes short runs that check whether a request costs more than before, until one of them is good.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> GuardAsync()
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (await IsGoodAsync())
            {
                return 0;
            }
        }

        return 1;
    }

    private static async Task<bool> IsGoodAsync()
    {
        var (samples, reads) = await MeasureAsync(rounds: 16, warmUp: TimeSpan.FromSeconds(1.5));
        var (ours, floor) = (Cost(samples, "ours"), Cost(samples, Floor));
        var (time, bytes) = (Ratio(ours, floor).Median, Bytes(ours).Median / Bytes(floor).Median);
        var verifier = Bytes(samples[Verifier]).Median;
        var ofJwt = Ratio(ours, Cost(samples, "jwt-hs256")).Median;
        var dashboard = Ratio(samples["ours+dashboard"], samples["ours"]).Median;
        var isGood = dashboard <= MaxTimeWithDashboard && time <= MaxTime && ofJwt <= MaxTimeOfJwt && bytes <= MaxBytes
            && verifier == 0 && reads is > 0 and <= MaxStoreReads;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(isGood ? "No" : "A")} regression: a request costs {time:F2} of the floor's time (at most {MaxTime}), "
            + $"{ofJwt:F2} of JwtBearer's time (at most {MaxTimeOfJwt}), "
            + $"and {bytes:F3} of the floor's bytes (at most {MaxBytes}). "
            + $"With the dashboard, it takes {dashboard:F2} of the time without (at most {MaxTimeWithDashboard}). "
            + $"The verifier alone allocates {verifier:F0} bytes (at most 0). "
            + $"All requests together make {reads} store reads (1 to {MaxStoreReads})."));
        return isGood;
    }

    private static async Task<(IReadOnlyDictionary<string, Sample[]> Samples, int StoreReads)> MeasureAsync(
        int rounds, TimeSpan warmUp)
    {
        await using var set = new ContenderSet();
        foreach (var scenario in Scenarios.All.Where(scenario => scenario != Scenarios.Ours))
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
        Console.WriteLine(
            $"{"",-14} {"ns/request (p10..p90)",-28} {"bytes",-8} {"cost ns (p10..p90)",-28} {"cost bytes",-10} "
            + "cost/floor's (p10..p90)");
        var floor = Cost(samples, Floor);
        foreach (var (name, rounds) in samples.Where(entry => entry.Key != Verifier))
        {
            var cost = Cost(samples, name);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-14} {Time(rounds).ToString("F0"),-28} {Bytes(rounds).Median,-8:F0} {Time(cost).ToString("F0"),-28} "
                + $"{Bytes(cost).Median,-10:F0} {Ratio(cost, floor).ToString("F2")}"));
        }

        Console.WriteLine();
        var (ours, hs256) = (Cost(samples, "ours"), Cost(samples, "jwt-hs256"));
        Console.WriteLine(Invariant(
            $"ours/jwt-hs256 time={Ratio(ours, hs256).ToString("F3")} bytes={Bytes(ours).Median / Bytes(hs256).Median:F3}"));
        foreach (var (name, other) in new[]
        {
            ("jwt-forwarded", "jwt-hs256"), ("accepted-jwt", "jwt-hs256"), ("accepted-jwt", "jwt-forwarded"),
            ("ours-accepting", "ours"),
        })
        {
            var (cost, alone) = (Cost(samples, name), Cost(samples, other));
            var (time, whole) = (Ratio(cost, alone).ToString("F3"), Ratio(samples[name], samples[other]).ToString("F3"));
            var bytes = Bytes(cost).Median / Bytes(alone).Median;
            Console.WriteLine(Invariant($"{name}/{other} time={time} bytes={bytes:F3} whole-request={whole}"));
        }

        foreach (var junk in new[] { "junk", "junk-again" })
        {
            var (refused, challenged) = (samples[junk], samples["challenge"]);
            var ratio = Bytes(refused).Median / Bytes(challenged).Median;
            Console.WriteLine(Invariant($"{junk}/challenge time={Ratio(refused, challenged).ToString("F3")} bytes={ratio:F3}"));
        }

        Console.WriteLine(
            Invariant($"verifier ns={Time(samples[Verifier]).ToString("F0")} bytes={Bytes(samples[Verifier]).Median:F1}"));
        Console.WriteLine();
        foreach (var name in Scenarios.All.Select(scenario => scenario.Name).Where(name => name != Anonymous))
        {
            var cost = Cost(samples, name);
            Console.WriteLine(
                Invariant($"{name} time={Ratio(cost, floor).Median:F3} bytes={Bytes(cost).Median / Bytes(floor).Median:F3}"));
        }
    }

    private static Sample[] Cost(IReadOnlyDictionary<string, Sample[]> samples, string name)
        => [.. samples[name].Zip(samples[Anonymous], (sample, anonymous) => sample - anonymous)];

    private static Spread Time(Sample[] samples) => Spread.From(samples.Select(sample => sample.Nanoseconds));

    private static Spread Bytes(Sample[] samples) => Spread.From(samples.Select(sample => sample.Bytes));

    /// <summary>Gets the ratio of two contenders in each round.</summary>
    private static Spread Ratio(Sample[] samples, Sample[] others)
        => Spread.From(samples.Zip(others, (sample, other) => sample.Nanoseconds / other.Nanoseconds));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
