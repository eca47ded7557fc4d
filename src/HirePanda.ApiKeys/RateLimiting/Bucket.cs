namespace HirePanda.ApiKeys;

/// <summary>One bucket of a family: its theoretical arrival time.</summary>
/// <param name="limit">The limit that it counts for.</param>
internal sealed class Bucket(RateLimit limit)
{
    /// <summary>In ticks.</summary>
    public long Tat;

    // Windows are whole seconds, at most 31 days.
    private readonly int _permits = limit.Permits;
    private readonly int _seconds = (int)(limit.Window.Ticks / TimeSpan.TicksPerSecond);

    /// <summary>When the last key of the family left it for other limits; the largest number while a key holds it.</summary>
    public long LeftAt { get; set; } = long.MaxValue;

    /// <summary>All buckets of the family, or null if every key holds all of them.</summary>
    public Bucket[]? Siblings { get; set; }

    public Gcra Rule => new(new RateLimit(_permits, Window));

    public TimeSpan Window => TimeSpan.FromSeconds(_seconds);

    public bool IsOf(RateLimit other) => _permits == other.Permits && other.Window == Window;

    public bool IsFull(long now) => Volatile.Read(ref Tat) <= now;

    /// <summary>Whether no key has held it for its window, so that the others have counted all that it knows.</summary>
    public bool IsOver(long now) => LeftAt < now - Window.Ticks;

    /// <summary>What is owed now, in ticks.</summary>
    public long Debt(long now) => Math.Clamp(Volatile.Read(ref Tat) - now, 0, Rule.Capacity);

    /// <summary>Counts a request that was made under other limits of the family, as far as there are permits.</summary>
    public void Charge(int cost, long now)
    {
        var (rule, seen) = (Rule, Volatile.Read(ref Tat));
        while (true)
        {
            var charged = Math.Max(
                seen, Math.Min(Math.Max(seen, now) + (rule.Interval * Math.Min(cost, rule.Permits)), now + rule.Capacity));
            var before = Interlocked.CompareExchange(ref Tat, charged, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    /// <summary>Makes it owe at least this much, in ticks.</summary>
    public void Raise(long debt, long now)
    {
        var seen = Volatile.Read(ref Tat);
        while (seen < now + debt)
        {
            var before = Interlocked.CompareExchange(ref Tat, now + debt, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
