using System.Runtime.InteropServices;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;

namespace HirePanda.ApiKeys;

/// <summary>
/// A cache of entries with a maximum total size. <see cref="KeyCache"/> has one for keys and one for unknown hashes. A full
/// <see cref="MemoryCache"/> refuses a new entry and makes room later. This cache makes room first. If one workspace has more
/// than half of a full cache, its own keys are removed first.
/// </summary>
internal sealed class BoundedCache(int capacity, TimeProvider time) : IDisposable
{
    private readonly MemoryCache _entries = new(new MemoryCacheOptions { SizeLimit = capacity, Clock = new Clock(time) });
    private readonly Lock _compacting = new();

    /// <summary>
    /// An upper bound of the size of all entries. The size of removed entries is subtracted only when the cache makes room.
    /// </summary>
    private long _size;

    public int Count => _entries.Count;

    public CacheEntry? Get(in ApiKeyHash hash)
        => _entries.TryGetValue(HashKey.Probe(hash), out var entry) ? (CacheEntry?)entry : null;

    /// <summary>Makes room for an entry that is about to be stored.</summary>
    public void MakeRoom(CacheEntry entry)
    {
        var size = SizeOf(entry);
        var replaced = Get(entry.Hash) is { } older ? SizeOf(older) : 0;
        var assumed = Interlocked.Add(ref _size, size - replaced);
        if (assumed > capacity && _compacting.TryEnter())
        {
            try
            {
                var left = Sum(out var largest);
                if (left + size > capacity && largest is not null)
                {
                    RemoveOldest(largest, left + size - capacity + (capacity / 20));
                    left = Sum(out _);
                }

                for (var share = 0.05; left + size > capacity && _entries.Count > 0; share *= 2)
                {
                    _entries.Compact(Math.Min(1, Math.Max(share, 1.5 / _entries.Count)));
                    left = Sum(out _);
                }

                // Other threads may have added entries in the meantime.
                Interlocked.Add(ref _size, left + size - assumed);
            }
            finally
            {
                _compacting.Exit();
            }
        }
    }

    /// <summary>Stores an entry and replaces an older entry of the same hash.</summary>
    public void Set(CacheEntry entry)
    {
        // The older entry is removed first. Otherwise, the cache would keep it as the key of the new entry.
        _entries.Remove(entry);
        using var stored = _entries.CreateEntry(entry);
        stored.Size = SizeOf(entry);
        stored.AbsoluteExpiration = new DateTimeOffset(entry.ReadAt, TimeSpan.Zero) + ApiKeyOptions.MaxStaleness;
        stored.Value = entry;
    }

    public void Remove(in ApiKeyHash hash) => _entries.Remove(HashKey.Probe(hash));

    public void Clear() => _entries.Clear();

    public void Dispose() => _entries.Dispose();

    /// <summary>Gets the size of an entry, limited to the capacity, so that every entry fits into an empty cache.</summary>
    private int SizeOf(CacheEntry entry) => Math.Min(entry.Size, capacity);

    /// <summary>Gets the total size of all entries.</summary>
    /// <param name="largest">The workspace that holds more than half of the capacity, or null if none does.</param>
    private long Sum(out string? largest)
    {
        var total = 0L;
        var shares = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (CacheEntry entry in _entries.Keys)
        {
            total += SizeOf(entry);
            if (entry.Live is { } live)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(shares, live.Key.Workspace, out _) += SizeOf(entry);
            }
        }

        largest = shares.FirstOrDefault(share => share.Value > capacity / 2).Key;
        return total;
    }

    /// <summary>Removes the keys of a workspace that were read longest ago. Keys in use are read again regularly.</summary>
    private void RemoveOldest(string workspace, long size)
    {
        var entries = _entries.Keys.Cast<CacheEntry>().Where(entry => entry.Live?.Key.Workspace == workspace).ToList();
        foreach (var entry in entries.OrderBy(entry => entry.ReadAt))
        {
            if (size <= 0)
            {
                return;
            }

            _entries.Remove(entry);
            size -= SizeOf(entry);
        }
    }

    private sealed class Clock(TimeProvider time) : ISystemClock
    {
        public DateTimeOffset UtcNow => time.GetUtcNow();
    }
}
