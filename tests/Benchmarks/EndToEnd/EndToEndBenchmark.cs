using System.Globalization;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>What guarding an endpoint costs on Kestrel: requests a second and processor time, each contender in a process of its own, by turns.</summary>
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

    private static async Task<Dictionary<string, List<Load>>> MeasureAsync(IReadOnlyList<ServerProcess> servers, int rounds, int seconds)
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
        Console.WriteLine($"{"",-12} {"requests/s (p10..p90)",-26} {"of anonymous",-22} {"processor us/request",-22} {"cost us",-22} cost/jwt-hs256's");
        var hs256 = Cost(loads[Scenarios.JwtHs256.Name]);
        foreach (var (name, own) in loads)
        {
            var cost = Cost(own);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {Spread.Of(own.Select(one => one.Rate)).ToString("F0"),-26} {Ratio(own.Select(one => one.Rate), anonymous.Select(one => one.Rate)).ToString("F3"),-22} {Spread.Of(own.Select(one => one.Processor)).ToString("F2"),-22} {Spread.Of(cost).ToString("F2"),-22} {Ratio(cost, hs256).ToString("F3")}"));
        }

        double[] Cost(List<Load> own) => [.. own.Zip(anonymous, (one, other) => one.Processor - other.Processor)];
    }

    private static Spread Ratio(IEnumerable<double> numbers, IEnumerable<double> others)
        => Spread.Of(numbers.Zip(others, (one, other) => one / other));
}
