using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// When each key was last used. A request writes one number; a timer turns the numbers into one batch, so that the store sees at
/// most one write per key and minute, and a clean stop loses none.
/// </summary>
internal sealed class LastUsed
{
    /// <summary>Longer than any cached key is served, so that no use of a key is noted where nobody looks.</summary>
    private static readonly long _keptUnreferenced = TimeSpan.FromMinutes(10).Ticks;

    private readonly ConcurrentDictionary<string, KeyUse> _uses = new(StringComparer.Ordinal);

    /// <summary>Finds or makes a key's note, once per cached key.</summary>
    public KeyUse Of(string keyId, long now)
    {
        KeyUse use;
        do
        {
            // Again where it was dropped before it was known to be referred to.
            use = _uses.GetOrAdd(keyId, static _ => new KeyUse());
            Volatile.Write(ref use.ReferencedAt, now);
        }
        while (!_uses.TryGetValue(keyId, out var kept) || kept != use);

        return use;
    }

    /// <summary>What was noted since the last batch that was stored.</summary>
    public Dictionary<string, DateTimeOffset> Pending()
    {
        var pending = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var (id, use) in _uses)
        {
            var at = Volatile.Read(ref use.At);
            if (at > use.StoredAt)
            {
                pending.Add(id, Timestamps.ToMicroseconds(new DateTimeOffset(at, TimeSpan.Zero)));
            }
        }

        return pending;
    }

    /// <summary>Says that a batch was stored, and drops notes that nobody refers to any more.</summary>
    public void Stored(Dictionary<string, DateTimeOffset> batch, long now)
    {
        foreach (var (id, at) in batch)
        {
            if (_uses.TryGetValue(id, out var use))
            {
                // Whole microseconds were stored; what is left of the next one is no other use.
                use.StoredAt = at.UtcTicks + TimeSpan.TicksPerMicrosecond - 1;
            }
        }

        foreach (var (id, use) in _uses)
        {
            if (Volatile.Read(ref use.At) <= use.StoredAt && Volatile.Read(ref use.ReferencedAt) < now - _keptUnreferenced)
            {
                _uses.TryRemove(id, out _);
            }
        }
    }
}

/// <summary>A key's note: when it was last used, up to when that is stored, and when a cached key last took hold of the note.</summary>
internal sealed class KeyUse
{
    public long At;
    public long StoredAt;
    public long ReferencedAt;
}
