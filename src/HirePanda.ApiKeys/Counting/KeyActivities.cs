using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// The notes of all keys that were used here: when each was last used, and how often. A request writes a few numbers of one note;
/// timers turn the numbers into batches, so that the store sees no write per request, and a clean stop loses none.
/// </summary>
internal sealed class KeyActivities(UsageBudget budget)
{
    /// <summary>Longer than any cached key is served, so that no use of a key is noted where nobody looks.</summary>
    private static readonly long _keptUnreferenced = TimeSpan.FromMinutes(10).Ticks;

    /// <summary>In parts that nobody waits for long.</summary>
    private readonly HashSet<KeyActivity>[] _uses = Array.ConvertAll(
        new object?[256], _ => new HashSet<KeyActivity>(new ByName()));

    /// <summary>
    /// Notes in which something was counted after they were dropped: by requests that last longer than notes are kept.
    /// </summary>
    private readonly ConcurrentQueue<KeyActivity> _late = new();

    /// <summary>All notes; a slow walk, for timers.</summary>
    public IEnumerable<KeyActivity> All => _uses.SelectMany(Copy);

    /// <summary>Finds or makes a key's note, once per cached key.</summary>
    public KeyActivity Of(ApiKey key, long now)
    {
        var uses = _uses[key.Id.GetHashCode(StringComparison.Ordinal) & (_uses.Length - 1)];
        lock (uses)
        {
            if (!uses.GetAlternateLookup<(string Workspace, string KeyId)>().TryGetValue((key.Workspace, key.Id), out var use))
            {
                uses.Add(use = new KeyActivity(key.Workspace, key.Id, budget));
            }

            use.ReferencedAt = now;
            return use;
        }
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
    public void Count(KeyActivity use, UsageCell cell, uint minute)
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

    /// <summary>Notes that a batch of last uses was stored, and drops notes that nobody refers to.</summary>
    public void LastUsesStored(Dictionary<string, DateTimeOffset> batch, long now)
    {
        foreach (var uses in _uses)
        {
            foreach (var use in Copy(uses))
            {
                if (batch.TryGetValue(use.KeyId, out var at))
                {
                    // Whole microseconds were stored; what is left of the next one is no other use.
                    use.StoredAt = at.UtcTicks + TimeSpan.TicksPerMicrosecond - 1;
                }

                Drop(uses, use, now - _keptUnreferenced);
            }
        }
    }

    private static KeyActivity[] Copy(HashSet<KeyActivity> uses)
    {
        lock (uses)
        {
            return [.. uses];
        }
    }

    /// <summary>Drops a note unless somebody may refer to it, or something in it is not stored yet.</summary>
    private void Drop(HashSet<KeyActivity> uses, KeyActivity use, long unreferencedSince)
    {
        lock (uses)
        {
            if (Volatile.Read(ref use.At) <= use.StoredAt && !use.HasCounts && use.ReferencedAt < unreferencedSince)
            {
                uses.Remove(use);
                use.Drop();
                if (use.HasCounts)
                {
                    // Just counted, by a request that did not see that the note was dropped.
                    _late.Enqueue(use);
                }
            }
        }
    }

    /// <summary>A key's note is found by workspace and id.</summary>
    private sealed class ByName : IEqualityComparer<KeyActivity>, IAlternateEqualityComparer<(
        string Workspace, string KeyId), KeyActivity>
    {
        public bool Equals(KeyActivity? one, KeyActivity? other) => ReferenceEquals(one, other);

        public int GetHashCode(KeyActivity use) => use.GetHashCode();

        public bool Equals((string Workspace, string KeyId) name, KeyActivity use)
            => name.KeyId == use.KeyId && name.Workspace == use.Workspace;

        public int GetHashCode((string Workspace, string KeyId) name) => name.KeyId.GetHashCode(StringComparison.Ordinal);

        public KeyActivity Create((string Workspace, string KeyId) name)
            => throw new NotSupportedException("A note is made with a budget.");
    }
}
