using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>The limiter of this library, from the container of a host, on one connection.</summary>
internal sealed class OurLimiter : LimiterContender
{
    private readonly ISharedRateLimiter _limiter;
    private readonly MonotonicClock _clock;
    private readonly LimitSet _limits = new([new RateLimit(RateLimit.MaxPermits, TimeSpan.FromSeconds(1))]);
    private readonly (string Family, Buckets Buckets)[] _keys;

    public OurLimiter(IServiceProvider services, int keys) : base("ours")
    {
        (_limiter, _clock) = (services.GetRequiredService<ISharedRateLimiter>(), services.GetRequiredService<MonotonicClock>());
        var local = services.GetRequiredService<RateLimiter>();
        _keys = [.. Enumerable.Range(0, keys).Select(Key).Select(key => (key, local.Buckets(key, key, _limits)))];
    }

    protected override async ValueTask<bool> IsAdmittedAsync(int key)
    {
        var (family, buckets) = _keys[key];
        return await _limiter.TakeAsync(family, _limits, buckets, 1, _clock.Now).ConfigureAwait(false) is { Admitted: true };
    }
}

/// <summary>The client library alone, with the script and arguments of this library. It shows the cost of the limiter.</summary>
internal sealed class ClientAlone(IDatabase database, string script, int keys) : LimiterContender("client alone")
{
    private readonly byte[] _script = Convert.FromHexString(script);
    private readonly RedisKey[][] _keys = [.. Enumerable.Range(0, keys).Select(key => new[] { GetRedisKey(Key(key)) })];
    private readonly RedisValue[] _arguments = [1, $"{RateLimit.MaxPermits}/1"];

    public static RedisKey GetRedisKey(string key) => $"hirepanda:limits:{{{key}}}";

    protected override async ValueTask<bool> IsAdmittedAsync(int key)
        => (long[]?)await database.ScriptEvaluateAsync(_script, _keys[key], _arguments).ConfigureAwait(false) is [0, ..];
}

/// <summary>A limiter of RedisRateLimiting, with one instance for each key, as its partitions have.</summary>
internal sealed class OtherLimiter(string name, int keys, Func<string, System.Threading.RateLimiting.RateLimiter> create)
    : LimiterContender(name)
{
    private readonly System.Threading.RateLimiting.RateLimiter[] _limiters =
        [.. Enumerable.Range(0, keys).Select(key => create(Key(key)))];

    protected override async ValueTask<bool> IsAdmittedAsync(int key)
    {
        using var lease = await _limiters[key].AcquireAsync().ConfigureAwait(false);
        return lease.IsAcquired;
    }
}

/// <summary>
/// The benchmark program of Redis, written in C, with the script and the arguments of this library. It sends as many commands at
/// once as other contenders have callers, on one connection, and then waits for all replies.
/// </summary>
/// <param name="port">The port of the server.</param>
/// <param name="script">The name of the script.</param>
internal sealed class RedisBenchmarkProgram(int port, string script) : LimiterContender("redis-benchmark")
{
    public override async Task<double> MeasureAsync(LimiterLoad load, int count)
    {
        var key = Key(load.Keys == 1 ? "0" : "__rand_int__");
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"-p {port} -n {count} -c 1 -P {load.Callers} -r {load.Keys} --csv "
            + $"EVALSHA {script} 1 {ClientAlone.GetRedisKey(key)} 1 {RateLimit.MaxPermits}/1");
        using var process = Process.Start(
            new ProcessStartInfo("redis-benchmark", text) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        // The second column of the last line is the rate.
        return output.Trim().Split('\n')[^1].Split("\",\"") is [_, var rate, ..]
            ? double.Parse(rate, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"redis-benchmark failed: {output}");
    }
}
