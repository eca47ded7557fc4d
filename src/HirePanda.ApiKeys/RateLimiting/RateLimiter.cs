using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// The buckets of this process. They belong to a key's family, so that rotating gives no second quota, and live as long as one of
/// them is not full or a cached key may refer to them.
/// </summary>
internal sealed class RateLimiter
{
    /// <summary>Longer than any cached key is served, so that no two keys of a family ever use two buckets.</summary>
    private static readonly long _keptUnreferenced = TimeSpan.FromMinutes(10).Ticks;

    /// <summary>The first buckets of families, in parts that nobody waits for long.</summary>
    private readonly Dictionary<string, Bucket>[] _families = Array.ConvertAll(new object?[256], _ => new Dictionary<string, Bucket>(StringComparer.Ordinal));

    private int _count;
    private int _sweepAt = 10_000;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Finds or makes the buckets of a family, one for each limit, once per cached key.</summary>
    public Buckets Buckets(string family, LimitSet limits, long now)
    {
        Buckets buckets;
        var families = _families[family.GetHashCode(StringComparison.Ordinal) & (_families.Length - 1)];
        lock (families)
        {
            ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(families, family, out var isKnown);
            buckets = Find(ref first, limits.Limits, now);
            Interlocked.Add(ref _count, isKnown ? 0 : 1);
        }

        if (Count > Volatile.Read(ref _sweepAt))
        {
            Sweep(now);
        }

        return buckets;
    }

    /// <summary>Takes the cost from every bucket, or from none.</summary>
    public static RateLimitDecision Take(LimitSet limits, Buckets buckets, int cost, long now)
    {
        if (buckets.Single is { } single)
        {
            var wait = limits.Rules[0].Take(ref single.Tat, now, cost, out var state);
            return new(limits, now, wait, state, null);
        }

        // One at a time, or a large cost that is refused could for a moment hold permits that a small one needs.
        lock (buckets[0])
        {
            return TakeAll(limits, buckets, cost, now);
        }
    }

    private static RateLimitDecision TakeAll(LimitSet limits, Buckets buckets, int cost, long now)
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

    /// <summary>Finds or makes buckets in a family's chain.</summary>
    private static Buckets Find(ref Bucket? first, RateLimit[] limits, long now)
    {
        if (limits is [var only] && first is { Next: null } && first.IsOf(only))
        {
            first.ReferencedAt = now;
            return new(first);
        }

        // Limits that the family had before count until they are full again: to change them back gives no second quota.
        var buckets = new Bucket[limits.Length];
        Bucket? others = null;
        for (var bucket = first; bucket is not null;)
        {
            var next = bucket.Next;
            var index = Array.FindIndex(limits, bucket.IsOf);
            if (index >= 0)
            {
                buckets[index] = bucket;
            }
            else if (!bucket.IsFull(now))
            {
                (bucket.Next, others) = (others, bucket);
            }

            bucket = next;
        }

        first = others;
        for (var i = limits.Length - 1; i >= 0; i--)
        {
            buckets[i] ??= new Bucket(limits[i]);
            (buckets[i].Next, first) = (first, buckets[i]);
        }

        first!.ReferencedAt = now;
        return new(buckets);
    }

    private void Sweep(long now)
    {
        foreach (var families in _families)
        {
            lock (families)
            {
                foreach (var (name, first) in families)
                {
                    if (first.ReferencedAt < now - _keptUnreferenced && first.AreAllFull(now))
                    {
                        families.Remove(name);
                        Interlocked.Decrement(ref _count);
                    }
                }
            }
        }

        Volatile.Write(ref _sweepAt, Math.Max(10_000, 2 * Count));
    }
}
