using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace HirePanda.ApiKeys;

/// <summary>
/// What is known of hashes: two bounded caches, one for keys and a small one for hashes that no key has, so that a flood of
/// junk pushes no key out; and a generation per stripe of hashes, by which a slow read sees that it was overtaken.
/// </summary>
internal sealed class KeyCache : IDisposable
{
    private readonly MemoryCache _keys;
    private readonly MemoryCache _absent;
    private readonly int _capacity;
    private readonly int _absentCapacity;
    private readonly Stripe[] _stripes = Array.ConvertAll(new object?[256], _ => new Stripe());
    private readonly Lock _compacting = new();

    public KeyCache(ApiKeySettings settings, ApiKeyMetrics metrics, TimeProvider time)
    {
        var options = settings.Current.Options;
        _capacity = options.CacheCapacity;
        _absentCapacity = options.NegativeCacheCapacity;
        _keys = New(_capacity, time);
        _absent = New(_absentCapacity, time);
        metrics.ObserveKeys(() => _keys.Count);
    }

    public CacheEntry? Get(in ApiKeyHash hash) => Get(_keys, hash);

    /// <summary>The same for somebody who has read the clock, which is not read again.</summary>
    public CacheEntry? Get(in ApiKeyHash hash, long now)
    {
        Clock.Known = now;
        var entry = Get(_keys, hash);
        Clock.Known = 0;
        return entry;
    }

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
    public CacheEntry? GetAbsent(ApiKeyHash[] hashes) => Get(_absent, hashes[0]);

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
        var (cache, capacity) = entry is LiveKey ? (_keys, _capacity) : (_absent, _absentCapacity);
        MakeRoom(cache, capacity);
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
                    _keys.Remove(HashKey.Probe(absent));
                }
            }

            // Removed, not replaced: else the cache would keep the older entry for its key.
            cache.Remove(entry);
            using var stored = cache.CreateEntry(entry);
            stored.Size = 1;
            stored.AbsoluteExpiration = new DateTimeOffset(entry.ReadAt, TimeSpan.Zero) + KeyLookup.MaxStaleness;
            stored.Value = entry;
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
            _keys.Remove(HashKey.Probe(hash));
            _absent.Remove(HashKey.Probe(hash));
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

    private static CacheEntry? Get(MemoryCache cache, in ApiKeyHash hash)
        => cache.TryGetValue(HashKey.Probe(hash), out var entry) ? (CacheEntry?)entry : null;

    private Stripe StripeOf(in ApiKeyHash hash) => _stripes[hash.GetHashCode() & (_stripes.Length - 1)];

    /// <summary>A full MemoryCache refuses the newcomer and makes room later; we want the newcomer, so room is made first.</summary>
    private void MakeRoom(MemoryCache cache, int capacity)
    {
        if (cache.Count >= capacity && _compacting.TryEnter())
        {
            try
            {
                cache.Compact(Math.Max(0.05, 1.5 / cache.Count));
            }
            finally
            {
                _compacting.Exit();
            }
        }
    }

    private static MemoryCache New(int capacity, TimeProvider time)
        => new(new MemoryCacheOptions { SizeLimit = capacity, Clock = new Clock(time) });

    private sealed class Stripe
    {
        public long Generation;
    }

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        [ThreadStatic]
        private static long t_known;

        /// <summary>What this thread knows the time to be, in ticks; 0: it does not.</summary>
        public static long Known
        {
            set => t_known = value;
        }

        public DateTimeOffset UtcNow => t_known is not 0 and var known ? new DateTimeOffset(known, TimeSpan.Zero) : time.GetUtcNow();
    }
}
