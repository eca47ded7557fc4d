using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Takes permits from limits in Redis, in one round trip. A request that Redis has already refused makes none. While Redis is
/// unavailable, it decides as <see cref="RedisApiKeyOptions.DegradationMode"/> says.
/// </summary>
internal sealed class RedisRateLimiter(
    RedisConnection connection,
    RedisCircuit circuit,
    GcraScript script,
    IOptions<RedisApiKeyOptions> options,
    ApiKeyMetrics metrics,
    MonotonicClock clock,
    TimeProvider time)
    : ISharedRateLimiter
{
    /// <summary>The maximum number of families in memory. Above it, all are forgotten, which costs each a round trip.</summary>
    private const int MaxKnown = 50_000;

    private readonly ConcurrentDictionary<(string Family, LimitSet Limits), SharedLimits> _known = new();
    private int _count;

    public ValueTask<RateLimitDecision?> TakeAsync(string family, LimitSet limits, Buckets buckets, int cost, long now)
    {
        if (!circuit.IsClosed)
        {
            return new(Degrade(limits, buckets, cost, now));
        }

        var shared = Get(family, limits);
        return shared.TryRefuse(cost, now, out var refusal)
            ? new(refusal)
            : AskAsync(shared, family, limits, buckets, cost, now);
    }

    private async ValueTask<RateLimitDecision?> AskAsync(
        SharedLimits shared, string family, LimitSet limits, Buckets buckets, int cost, long now)
    {
        try
        {
            var asking = script.RunAsync(connection.Database!, shared.Key, shared.GetArguments(cost));
            if (!asking.IsCompleted)
            {
                await ((Task)asking).WaitAsync(options.Value.Timeout, time)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (asking.IsCompletedSuccessfully)
            {
                return shared.Read(await asking.ConfigureAwait(false), buckets, now);
            }

            // A reply after the time-out is not used, and its failure must not be reported as unobserved.
            _ = asking.ContinueWith(
                static late => _ = late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
#pragma warning disable CA1031 // The client and a host's own connection can throw any exception.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The check reports the reason.
        }

        circuit.Open(family);
        return Degrade(limits, buckets, cost, clock.Now);
    }

    private RateLimitDecision? Degrade(LimitSet limits, Buckets buckets, int cost, long now)
    {
        metrics.CountFallback();
        if (options.Value.DegradationMode == RedisDegradationMode.Refuse)
        {
            return null;
        }

        var decision = RateLimiter.Take(limits, buckets, cost, now);
        return options.Value.DegradationMode == RedisDegradationMode.Admit ? decision with { Wait = 0 } : decision;
    }

    private SharedLimits Get(string family, LimitSet limits)
    {
        if (_known.TryGetValue((family, limits), out var known))
        {
            return known;
        }

        if (Interlocked.Increment(ref _count) > MaxKnown)
        {
            _known.Clear();
            Volatile.Write(ref _count, 0);
        }

        return _known.GetOrAdd(
            (family, limits),
            static (key, prefix) => new SharedLimits(prefix, key.Family, key.Limits),
            options.Value.KeyPrefix);
    }
}
