using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Holds the buckets of this process, by family (see <see cref="KeyFamily"/>). A family stays as long as one of its buckets is
/// not full or a cached key may use them.
/// </summary>
internal sealed class RateLimiter(MonotonicClock clock)
{
    /// <summary>The families in 256 parts, each with its own lock, so that callers rarely wait.</summary>
    private readonly Dictionary<string, KeyFamily>[] _families = Array.ConvertAll(
        new object?[256], _ => new Dictionary<string, KeyFamily>(StringComparer.Ordinal));

    private int _count;
    private int _sweepAt = 10_000;

    /// <summary>Gets the number of families.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Gets the number of buckets of a family.</summary>
    public int CountBuckets(string family) => GetPart(family).GetValueOrDefault(family)?.Count ?? 0;

    /// <summary>Gets or creates the buckets of a key, one for each limit. Each cached key calls this once.</summary>
    /// <param name="family">The id of the family: <see cref="ApiKey.Family"/>, or the id of the key if that is null.</param>
    /// <param name="keyId">The id of the key.</param>
    /// <param name="limits">The limits of the key.</param>
    public Buckets Buckets(string family, string keyId, LimitSet limits)
    {
        Buckets buckets;
        var now = clock.Now;
        var families = GetPart(family);
        lock (families)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(families, family, out var isKnown);
            buckets = (entry ??= new KeyFamily()).Join(keyId, limits.Limits, now);
            Interlocked.Add(ref _count, isKnown ? 0 : 1);
        }

        if (Count > Volatile.Read(ref _sweepAt))
        {
            Sweep(now);
        }

        return buckets;
    }

    /// <summary>Takes the cost from all buckets of a key, or from none of them.</summary>
    public static RateLimitDecision Take(LimitSet limits, Buckets buckets, int cost, long now)
    {
        var decision = TakeOwn(limits, buckets, cost, now);
        if (decision.Admitted && buckets[0].Siblings is { } siblings)
        {
            // Other keys of the family have other limits. A request of one key counts for all of them.
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

        // Without the lock, a large cost that is refused could briefly hold permits that a small cost needs.
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

    private Dictionary<string, KeyFamily> GetPart(string family)
        => _families[family.GetHashCode(StringComparison.Ordinal) & (_families.Length - 1)];

    private void Sweep(long now)
    {
        foreach (var families in _families)
        {
            lock (families)
            {
                foreach (var (name, family) in families)
                {
                    if (family.CanBeRemoved(now))
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
