using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// The buckets of this process. They belong to a key's family, so that rotating gives no second quota, and live as long as one of
/// them is not full or a cached key may refer to them.
/// </summary>
internal sealed class RateLimiter
{
    /// <summary>Longer than any cached key is served, so that no two keys of a family ever use two buckets.</summary>
    private static readonly long _keptUnreferenced = TimeSpan.FromMinutes(10).Ticks;

    private readonly ConcurrentDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private int _sweepAt = 10_000;

    public int Count => _families.Count;

    /// <summary>Finds or makes the buckets of a family, one for each limit, once per cached key.</summary>
    public Bucket[] Buckets(string family, LimitSet limits, long now)
    {
        Bucket[]? buckets;
        while (!_families.GetOrAdd(family, static _ => new Family()).TryGet(limits, now, out buckets))
        {
            // It was dropped between the two; the next one will be there.
        }

        if (_families.Count > Volatile.Read(ref _sweepAt))
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

        // One at a time, or a large cost that is refused could for a moment hold permits that a small one needs.
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
        foreach (var (name, family) in _families)
        {
            if (family.TryDrop(now, now - _keptUnreferenced))
            {
                _families.TryRemove(KeyValuePair.Create(name, family));
            }
        }

        Volatile.Write(ref _sweepAt, Math.Max(10_000, 2 * _families.Count));
    }

    /// <summary>The buckets of one family, by limit.</summary>
    private sealed class Family
    {
        private readonly Dictionary<RateLimit, Bucket> _buckets = [];
        private long _referencedAt;
        private bool _isDropped;

        public bool TryGet(LimitSet limits, long now, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Bucket[]? buckets)
        {
            lock (_buckets)
            {
                buckets = null;
                if (_isDropped)
                {
                    return false;
                }

                _referencedAt = now;
                buckets = new Bucket[limits.Limits.Length];
                for (var i = 0; i < buckets.Length; i++)
                {
                    if (!_buckets.TryGetValue(limits.Limits[i], out buckets[i]!))
                    {
                        _buckets.Add(limits.Limits[i], buckets[i] = new Bucket());
                    }
                }

                // Limits that the family had before count until they are full again: to change them back gives no second quota.
                foreach (var (limit, _) in _buckets.Where(one => one.Value.Tat <= now && !limits.Limits.Contains(one.Key)))
                {
                    _buckets.Remove(limit);
                }

                return true;
            }
        }

        public bool TryDrop(long now, long unreferencedSince)
        {
            lock (_buckets)
            {
                return _isDropped |= _referencedAt < unreferencedSince && _buckets.Values.All(bucket => Volatile.Read(ref bucket.Tat) <= now);
            }
        }
    }
}

/// <summary>One bucket: its theoretical arrival time.</summary>
internal sealed class Bucket
{
    public long Tat;
}
