namespace HirePanda.ApiKeys;

/// <summary>One bucket: its theoretical arrival time. The buckets of a family are a chain, of which the first one says when they were last asked for.</summary>
/// <param name="limit">The limit that it counts for.</param>
internal sealed class Bucket(RateLimit limit)
{
    /// <summary>In ticks.</summary>
    public long Tat;

    // Windows are whole seconds, at most 31 days.
    private readonly int _permits = limit.Permits;
    private readonly int _seconds = (int)(limit.Window.Ticks / TimeSpan.TicksPerSecond);

    /// <summary>When a cached key last took hold of the family's buckets.</summary>
    public long ReferencedAt { get; set; }

    /// <summary>The next one of the family; null: none.</summary>
    public Bucket? Next { get; set; }

    public bool IsOf(RateLimit other) => _permits == other.Permits && other.Window.Ticks == _seconds * TimeSpan.TicksPerSecond;

    public bool IsFull(long now) => Volatile.Read(ref Tat) <= now;

    /// <summary>Whether this bucket and all after it are full.</summary>
    public bool AreAllFull(long now)
    {
        for (var bucket = this; bucket is not null; bucket = bucket.Next)
        {
            if (!bucket.IsFull(now))
            {
                return false;
            }
        }

        return true;
    }
}
