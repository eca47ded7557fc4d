using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RedisRateLimiting;
using StackExchange.Redis;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures the decisions per second of limiters in Redis: of this library, of RedisRateLimiting, and of redis-benchmark, which
/// runs the same script without a client library. The contenders take turns in random order, and each uses one connection.
/// </summary>
internal static class RedisBenchmark
{
    private const int Decisions = 20_000;
    private const int Keys = 1_000;

    private static readonly LimiterLoad[] _loads =
        [.. new[] { 16, 64, 256 }.SelectMany(callers => new LimiterLoad[] { new(callers, 1), new(callers, Keys) })];

    public static async Task RunAsync(int rounds)
    {
        await using var redis = await RedisProcess.StartAsync();
        using var host = await StartAsync(redis);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var script = await redis.LoadAsync(GetScript());
        LimiterContender[] contenders =
        [
            new RedisBenchmarkProgram(redis.Port, script),
            new ClientAlone(connection.GetDatabase(), script, Keys),
            new OurLimiter(host.Services, Keys),
            .. Others(connection),
        ];
        Console.WriteLine(
            $"{"callers",-8} {"keys",-6} {"",-16} {"decisions/s (p10..p90)",-26} {"ours/it (p10..p90)",-22} {"client us",-10} "
            + $"{"script us",-10} {"bytes to, from Redis",-21} commands (with those of the script)");
        foreach (var load in _loads)
        {
            await MeasureAsync(redis, contenders, load, rounds);
        }

        await host.StopAsync();
    }

    private static async Task MeasureAsync(
        RedisProcess redis, IReadOnlyList<LimiterContender> contenders, LimiterLoad load, int rounds)
    {
        var results = contenders.ToDictionary(contender => contender.Name, _ => new List<LimiterResult>());
        var order = contenders.ToArray();
        var random = new Random(7);

        // The first round lets the runtime compile.
        for (var round = 0; round <= rounds; round++)
        {
            random.Shuffle(order);
            foreach (var contender in order)
            {
                var result = await LimiterResult.MeasureAsync(redis, contender, load, Decisions);
                if (round > 0)
                {
                    results[contender.Name].Add(result);
                }
            }
        }

        var ours = results["ours"];
        foreach (var (name, own) in results)
        {
            var rate = Spread.From(own.Select(result => result.Rate));
            var ratio = Spread.From(ours.Zip(own, (our, other) => our.Rate / other.Rate));
            var client = name == "redis-benchmark" ? "" : Median(own, result => result.ClientTime, "F1");
            var bytes = $"{Median(own, result => result.Received, "F0")}, {Median(own, result => result.Sent, "F0")}";
            Console.WriteLine(
                $"{load.Callers,-8} {load.Keys,-6} {name,-16} {rate.ToString("F0"),-26} {ratio.ToString("F2"),-22} {client,-10} "
                + $"{Median(own, result => result.ScriptTime, "F1"),-10} {bytes,-21} {own[^1].Commands}");
        }
    }

    private static string Median(IEnumerable<LimiterResult> results, Func<LimiterResult, double> get, string format)
        => Spread.From(results.Select(get)).Median.ToString(format, CultureInfo.InvariantCulture);

    private static IEnumerable<LimiterContender> Others(ConnectionMultiplexer connection)
    {
        var second = TimeSpan.FromSeconds(1);
        yield return new OtherLimiter("token bucket", Keys, key => new RedisTokenBucketRateLimiter<string>(key, new()
        {
            ConnectionMultiplexerFactory = () => connection,
            TokenLimit = RateLimit.MaxPermits,
            TokensPerPeriod = RateLimit.MaxPermits,
            ReplenishmentPeriod = second,
        }));
        yield return new OtherLimiter("fixed window", Keys, key => new RedisFixedWindowRateLimiter<string>(key, new()
        {
            ConnectionMultiplexerFactory = () => connection,
            PermitLimit = RateLimit.MaxPermits,
            Window = second,
        }));
        yield return new OtherLimiter("sliding window", Keys, key => new RedisSlidingWindowRateLimiter<string>(key, new()
        {
            ConnectionMultiplexerFactory = () => connection,
            PermitLimit = RateLimit.MaxPermits,
            Window = second,
        }));
    }

    /// <summary>Starts a host whose time-out is long, so that a busy machine does not look like an outage.</summary>
    private static async Task<IHost> StartAsync(RedisProcess redis)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHirePandaApiKeys().AddInMemoryStore()
            .AddRedis(redis.ConnectionString, options => options.Timeout = TimeSpan.FromSeconds(1));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static string GetScript()
    {
        using var stream = typeof(RedisApiKeyOptions).Assembly.GetManifestResourceStream("gcra.lua")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
