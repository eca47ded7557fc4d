using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// The buckets of this process. A bucket belongs to a key's family and one limit, so that rotating gives no second quota,
/// and lives as long as it is not full or a cached key may refer to it.
/// </summary>
internal sealed class RateLimiter
{
    /// <summary>Longer than any cached key is served, so that no two keys of a family ever use two buckets.</summary>
    private static readonly long _keptUnreferenced = TimeSpan.FromMinutes(10).Ticks;

    private readonly ConcurrentDictionary<(string Family, RateLimit Limit), Bucket> _buckets = new();
    private int _sweepAt = 10_000;

    public int Count => _buckets.Count;

    /// <summary>Finds or makes the buckets of a family, once per cached key.</summary>
    public Bucket[] Buckets(string family, LimitSet limits, long now)
    {
        var buckets = new Bucket[limits.Limits.Length];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = _buckets.GetOrAdd((family, limits.Limits[i]), static _ => new Bucket());
            Volatile.Write(ref buckets[i].ReferencedAt, now);
        }

        if (_buckets.Count > Volatile.Read(ref _sweepAt))
        {
            Sweep(now);
        }

        return buckets;
    }

    /// <summary>Takes the cost from every bucket, or from none.</summary>
    public static RateLimitDecision Take(LimitSet limits, Bucket[] buckets, int cost, long now)
    {
        if (buckets.Length == 1)
        {
            var wait = limits.Rules[0].Take(ref buckets[0].Tat, now, cost, out var state);
            return new(limits, now, wait, state, null);
        }

        lock (buckets[0])
        {
            return TakeAll(limits, buckets, cost, now);
        }
    }

    private static RateLimitDecision TakeAll(LimitSet limits, Bucket[] buckets, int cost, long now)
    {
        var states = new long[buckets.Length];
        var waits = new long[buckets.Length];
        for (var i = 0; i < buckets.Length; i++)
        {
            waits[i] = limits.Rules[i].Take(ref buckets[i].Tat, now, cost, out states[i]);
        }

        var wait = waits.Max();
        for (var i = 0; wait > 0 && i < buckets.Length; i++)
        {
            if (waits[i] == 0)
            {
                states[i] = limits.Rules[i].Return(ref buckets[i].Tat, cost);
            }
        }

        return new(limits, now, wait, states[0], states);
    }

    private void Sweep(long now)
    {
        foreach (var (key, bucket) in _buckets)
        {
            if (Volatile.Read(ref bucket.Tat) <= now && Volatile.Read(ref bucket.ReferencedAt) < now - _keptUnreferenced)
            {
                _buckets.TryRemove(key, out _);
            }
        }

        Volatile.Write(ref _sweepAt, Math.Max(10_000, 2 * _buckets.Count));
    }
}

/// <summary>One bucket: its theoretical arrival time, and when a cached key last took hold of it.</summary>
internal sealed class Bucket
{
    public long Tat;
    public long ReferencedAt;
}
