namespace HirePanda.ApiKeys;

/// <summary>
/// Caches what the store returned for hashes. <see cref="KeyLookup"/> is its only caller. Keys and unknown hashes have separate
/// bounded caches, so that a flood of unknown secrets does not remove keys. Hashes are divided into stripes. Each stripe has a
/// generation, which shows a slow read that one of its hashes was invalidated in the meantime.
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

    /// <summary>
    /// Gets the entry of a secret that can have any of the hashes, or null if there is none. Waits while an entry is being
    /// stored.
    /// </summary>
    public CacheEntry? Get(ApiKeyHash[] hashes)
    {
        foreach (var hash in hashes)
        {
            lock (GetStripe(hash))
            {
                if (Get(hash) is { } entry)
                {
                    return entry;
                }
            }
        }

        return null;
    }

    /// <summary>Gets the entry that says that a secret is unknown, by its first hash, or null if there is none.</summary>
    public CacheEntry? GetAbsent(ApiKeyHash[] hashes) => _absent.Get(hashes[0]);

    /// <summary>Gets a number that changes whenever one of the hashes is invalidated.</summary>
    public long Generation(ApiKeyHash[] hashes)
    {
        var sum = 0L;
        foreach (var hash in hashes)
        {
            sum += Volatile.Read(ref GetStripe(hash).Generation);
        }

        return sum;
    }

    /// <summary>Stores an entry, unless one of the hashes was invalidated since the read started.</summary>
    /// <param name="hashes">All hashes that the secret can have.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="generation">The <see cref="Generation"/> before the read.</param>
    public bool TryPublish(ApiKeyHash[] hashes, CacheEntry entry, long generation)
    {
        var cache = entry is LiveKey ? _keys : _absent;
        cache.MakeRoom(entry);
        lock (GetStripe(entry.Hash))
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
        var stripe = GetStripe(hash);
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

    private Stripe GetStripe(in ApiKeyHash hash) => _stripes[hash.GetHashCode() & (_stripes.Length - 1)];

    private sealed class Stripe
    {
        public long Generation;
    }
}
