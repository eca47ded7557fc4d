namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures the cost of protecting an endpoint on Kestrel: requests per second and processor time. Each contender runs in its own
/// process, and the contenders take turns in random order.
/// </summary>
internal static class EndToEndBenchmark
{
    private const int WarmUpSeconds = 4;

    private static readonly Scenario[] _scenarios = [Scenarios.Anonymous, Scenarios.Floor, Scenarios.JwtHs256, Scenarios.Ours];

    public static async Task RunAsync(int rounds, int seconds)
    {
        LoadGenerator.Require();
        var servers = new List<ServerProcess>();
        try
        {
            foreach (var scenario in _scenarios)
            {
                servers.Add(await ServerProcess.StartAsync(scenario.Name));
            }

            Report(await MeasureAsync(servers, rounds, seconds));
        }
        finally
        {
            servers.ForEach(server => server.Dispose());
        }
    }

    private static async Task<Dictionary<string, List<Load>>> MeasureAsync(
        IReadOnlyList<ServerProcess> servers, int rounds, int seconds)
    {
        foreach (var server in servers)
        {
            await LoadGenerator.RunAsync(server, WarmUpSeconds);
        }

        var order = servers.ToArray();
        var loads = servers.ToDictionary(server => server.Name, _ => new List<Load>());
        var random = new Random(7);
        for (var round = 0; round < rounds; round++)
        {
            random.Shuffle(order);
            foreach (var server in order)
            {
                loads[server.Name].Add(await LoadGenerator.RunAsync(server, seconds));
            }
        }

        return loads;
    }

    private static void Report(Dictionary<string, List<Load>> loads)
    {
        var anonymous = loads[Scenarios.Anonymous.Name];
        Console.WriteLine(
            $"{"",-12} {"requests/s (p10..p90)",-26} {"of anonymous",-22} {"processor us/request",-22} {"cost us",-22} "
            + "cost/jwt-hs256's");
        var hs256 = Cost(loads[Scenarios.JwtHs256.Name]);
        foreach (var (name, own) in loads)
        {
            var cost = Cost(own);
            var rate = Spread.From(own.Select(load => load.Rate));
            var ofAnonymous = Ratio(own.Select(load => load.Rate), anonymous.Select(load => load.Rate));
            var processor = Spread.From(own.Select(load => load.Processor));
            Console.WriteLine(
                $"{name,-12} {rate.ToString("F0"),-26} {ofAnonymous.ToString("F3"),-22} {processor.ToString("F2"),-22} "
                + $"{Spread.From(cost).ToString("F2"),-22} {Ratio(cost, hs256).ToString("F3")}");
        }

        double[] Cost(List<Load> own) => [.. own.Zip(anonymous, (load, reference) => load.Processor - reference.Processor)];
    }

    private static Spread Ratio(IEnumerable<double> numbers, IEnumerable<double> others)
        => Spread.From(numbers.Zip(others, (number, other) => number / other));
}
