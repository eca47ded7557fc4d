namespace HirePanda.ApiKeys;

/// <summary>
/// What is known of hashes: two bounded caches, one for keys and a small one for hashes that no key has, so that a flood of
/// junk pushes no key out; and a generation per stripe of hashes, by which a slow read sees that it was overtaken.
/// </summary>
internal sealed class KeyCache : IDisposable
{
    private readonly BoundedCache _keys;
    private readonly BoundedCache _absent;
    private readonly Stripe[] _stripes = Array.ConvertAll(new object?[256], _ => new Stripe());

    public KeyCache(ApiKeySettings settings, ApiKeyMetrics metrics, TimeProvider time)
    {
        var options = settings.Current.Options;
        _keys = new BoundedCache(options.Cache.Capacity, time);
        _absent = new BoundedCache(options.Cache.NegativeCapacity, time);
        metrics.ObserveKeys(() => _keys.Count);
    }

    public CacheEntry? Get(in ApiKeyHash hash) => _keys.Get(hash);

    /// <summary>What is known of a secret that may have any of these hashes; waits where one of them is being stored.</summary>
    public CacheEntry? Get(ApiKeyHash[] hashes)
    {
        foreach (var hash in hashes)
        {
            lock (StripeOf(hash))
            {
                if (Get(hash) is { } entry)
                {
                    return entry;
                }
            }
        }

        return null;
    }

    /// <summary>The note that the store has no key for a secret whose first hash this is.</summary>
    public CacheEntry? GetAbsent(ApiKeyHash[] hashes) => _absent.Get(hashes[0]);

    /// <summary>Changes whenever one of these hashes is forgotten.</summary>
    public long Generation(ApiKeyHash[] hashes)
    {
        var sum = 0L;
        foreach (var hash in hashes)
        {
            sum += Volatile.Read(ref StripeOf(hash).Generation);
        }

        return sum;
    }

    /// <summary>Stores what was read, unless one of the hashes was forgotten since the read began.</summary>
    public bool TryPublish(ApiKeyHash[] hashes, CacheEntry entry, long generation)
    {
        var cache = entry is LiveKey ? _keys : _absent;
        cache.MakeRoom(entry);
        lock (StripeOf(entry.Hash))
        {
            if (Generation(hashes) != generation)
            {
                return false;
            }

            if (entry is AbsentKey)
            {
                foreach (var absent in hashes)
                {
                    _keys.Remove(absent);
                }
            }

            cache.Set(entry);
            return true;
        }
    }

    public void Forget(in ApiKeyHash hash)
    {
        var stripe = StripeOf(hash);
        lock (stripe)
        {
            Interlocked.Increment(ref stripe.Generation);
            Get(hash)?.Forget();
            _keys.Remove(hash);
            _absent.Remove(hash);
        }
    }

    public void Clear()
    {
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                Interlocked.Increment(ref stripe.Generation);
            }
        }

        _keys.Clear();
        _absent.Clear();
    }

    public void Dispose()
    {
        _keys.Dispose();
        _absent.Dispose();
    }

    private Stripe StripeOf(in ApiKeyHash hash) => _stripes[hash.GetHashCode() & (_stripes.Length - 1)];

    private sealed class Stripe
    {
        public long Generation;
    }
}
