using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// The buckets of this process. They belong to a key's family, so that rotating gives no second quota, and live as long as one of
/// them is not full or a cached key may refer to them.
/// </summary>
internal sealed class RateLimiter(MonotonicClock clock)
{
    /// <summary>In parts that nobody waits for long.</summary>
    private readonly Dictionary<string, Family>[] _families = Array.ConvertAll(new object?[256], _ => new Dictionary<string, Family>(StringComparer.Ordinal));

    private int _count;
    private int _sweepAt = 10_000;

    public int Count => Volatile.Read(ref _count);

    /// <summary>How many buckets a family has.</summary>
    public int BucketsOf(string family) => PartOf(family).GetValueOrDefault(family)?.Count ?? 0;

    /// <summary>Finds or makes the buckets of a key, one for each limit, once per cached key.</summary>
    public Buckets Buckets(string family, string keyId, LimitSet limits)
    {
        Buckets buckets;
        var now = clock.Now;
        var families = PartOf(family);
        lock (families)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(families, family, out var isKnown);
            buckets = (entry ??= new Family()).Join(keyId, limits.Limits, now);
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
        var decision = TakeOwn(limits, buckets, cost, now);
        if (decision.Admitted && buckets[0].Siblings is { } siblings)
        {
            // The family has other limits besides. What one key takes counts for all.
            foreach (var sibling in siblings)
            {
                if (!buckets.Contains(sibling))
                {
                    sibling.Charge(cost, now);
                }
            }
        }

        return decision;
    }

    private static RateLimitDecision TakeOwn(LimitSet limits, Buckets buckets, int cost, long now)
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

    private Dictionary<string, Family> PartOf(string family)
        => _families[family.GetHashCode(StringComparison.Ordinal) & (_families.Length - 1)];

    private void Sweep(long now)
    {
        foreach (var families in _families)
        {
            lock (families)
            {
                foreach (var (name, family) in families)
                {
                    if (family.IsForgettable(now))
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
