using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// The notes of all keys that were used here: when each was last used, and how often. A request writes a few numbers of one note; timers
/// turn the numbers into batches, so that the store sees no write per request, and a clean stop loses none.
/// </summary>
internal sealed class KeyUses(UsageBudget budget)
{
    /// <summary>Longer than any cached key is served, so that no use of a key is noted where nobody looks.</summary>
    private static readonly long _keptUnreferenced = TimeSpan.FromMinutes(10).Ticks;

    private readonly ConcurrentDictionary<(string Workspace, string KeyId), KeyUse> _uses = new();

    /// <summary>Notes in which something was counted after they were dropped: by requests that last longer than notes are kept.</summary>
    private readonly ConcurrentQueue<KeyUse> _late = new();

    /// <summary>All notes; a slow walk, for timers.</summary>
    public IEnumerable<KeyUse> All => _uses.Select(pair => pair.Value);

    /// <summary>Finds or makes a key's note, once per cached key.</summary>
    public KeyUse Of(ApiKey key, long now)
    {
        var name = (key.Workspace, KeyId: key.Id);
        KeyUse use;
        do
        {
            // Again where it was dropped before it was known to be referred to.
            use = _uses.GetOrAdd(name, static (name, budget) => new KeyUse(name.Workspace, name.KeyId, budget), budget);
            Volatile.Write(ref use.ReferencedAt, now);
        }
        while (!_uses.TryGetValue(name, out var kept) || kept != use);

        return use;
    }

    /// <summary>Takes out all that was counted.</summary>
    public void TakeInto(UsagePending pending)
    {
        foreach (var use in All)
        {
            use.TakeInto(pending);
        }

        while (_late.TryDequeue(out var use))
        {
            use.TakeInto(pending);
            use.Drop();
        }
    }

    /// <summary>Counts one request.</summary>
    public void Count(KeyUse use, UsageCell cell, uint minute)
    {
        use.Count(cell, minute);
        if (use.IsDropped)
        {
            _late.Enqueue(use);
        }
    }

    /// <summary>The last uses that were noted since the last batch that was stored.</summary>
    public Dictionary<string, DateTimeOffset> PendingLastUses()
    {
        var pending = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var use in All)
        {
            var at = Volatile.Read(ref use.At);
            if (at > use.StoredAt)
            {
                pending[use.KeyId] = Timestamps.ToMicroseconds(new DateTimeOffset(at, TimeSpan.Zero));
            }
        }

        return pending;
    }

    /// <summary>Says that a batch of last uses was stored, and drops notes that nobody refers to any more.</summary>
    public void LastUsesStored(Dictionary<string, DateTimeOffset> batch, long now)
    {
        foreach (var (name, use) in _uses)
        {
            if (batch.TryGetValue(use.KeyId, out var at))
            {
                // Whole microseconds were stored; what is left of the next one is no other use.
                use.StoredAt = at.UtcTicks + TimeSpan.TicksPerMicrosecond - 1;
            }

            if (Volatile.Read(ref use.At) <= use.StoredAt && !use.HasCounts && Volatile.Read(ref use.ReferencedAt) < now - _keptUnreferenced)
            {
                _uses.TryRemove(name, out _);
                use.Drop();
                if (use.HasCounts)
                {
                    // Just counted, by a request that did not see that the note was dropped.
                    _late.Enqueue(use);
                }
            }
        }
    }
}

/// <summary>A key's note.</summary>
internal sealed class KeyUse(string workspace, string keyId, UsageBudget budget)
{
    /// <summary>When the key was last used.</summary>
    public long At;

    /// <summary>Up to when that is stored.</summary>
    public long StoredAt;

    /// <summary>When a cached key last took hold of the note.</summary>
    public long ReferencedAt;

    private int _isDropped;
    private int _hasCounts;
    private int _saidOn;

    public string Workspace { get; } = workspace;

    public string KeyId { get; } = keyId;

    public UsageCounters Counters { get; } = new(budget);

    /// <summary>Whether the note is no longer among those that are looked through.</summary>
    public bool IsDropped => Volatile.Read(ref _isDropped) != 0;

    /// <summary>Whether anything was counted since counts were last taken.</summary>
    public bool HasCounts => Volatile.Read(ref _hasCounts) != 0;

    /// <summary>True for one caller a day (UTC).</summary>
    public bool IsFirstOfDay(long now)
    {
        var day = (int)(now / TimeSpan.TicksPerDay);
        return Volatile.Read(ref _saidOn) != day && Interlocked.Exchange(ref _saidOn, day) != day;
    }

    /// <summary>Counts one request.</summary>
    public void Count(UsageCell cell, uint minute)
    {
        Counters.Add(cell, minute);
        if (!HasCounts)
        {
            Interlocked.Exchange(ref _hasCounts, 1);
        }
    }

    /// <summary>Says that the note is no longer looked through, and gives its room back.</summary>
    public void Drop()
    {
        // Whoever counts from here on sees it; what was counted before is seen by the caller.
        Interlocked.Exchange(ref _isDropped, 1);
        Counters.Close();
    }

    /// <summary>Takes out all that was counted.</summary>
    public void TakeInto(UsagePending pending)
    {
        // Before the counts are read: a request that comes in between says so again.
        if (Interlocked.Exchange(ref _hasCounts, 0) != 0)
        {
            Counters.Take(this, pending);
        }
    }
}
