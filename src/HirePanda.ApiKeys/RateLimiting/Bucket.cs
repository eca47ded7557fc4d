namespace HirePanda.ApiKeys;

/// <summary>
/// A bucket of a <see cref="KeyFamily"/>, with the state of one limit. Keys with the same limit share the bucket.
/// </summary>
/// <param name="limit">The limit.</param>
internal sealed class Bucket(RateLimit limit)
{
    /// <summary>The theoretical arrival time (see <see cref="Gcra"/>), in ticks.</summary>
    public long Tat;

    // Windows are whole seconds, at most 31 days.
    private readonly int _permits = limit.Permits;
    private readonly int _seconds = (int)(limit.Window.Ticks / TimeSpan.TicksPerSecond);

    /// <summary>
    /// Gets or sets the time when the last key of the family released the bucket, in ticks, or <see cref="long.MaxValue"/> while
    /// a key uses it.
    /// </summary>
    public long ReleasedAt { get; set; } = long.MaxValue;

    /// <summary>Gets or sets all buckets of the family, or null if every key uses all of them.</summary>
    public Bucket[]? Siblings { get; set; }

    public Gcra Rule => new(new RateLimit(_permits, Window));

    public TimeSpan Window => TimeSpan.FromSeconds(_seconds);

    /// <summary>Determines whether this is the bucket of a limit.</summary>
    public bool IsFor(RateLimit other) => _permits == other.Permits && other.Window == Window;

    /// <summary>Determines whether all permits are available.</summary>
    public bool IsFull(long now) => Volatile.Read(ref Tat) <= now;

    /// <summary>
    /// Determines whether the bucket was released longer ago than its window. The other buckets have then counted every request
    /// that it still counts.
    /// </summary>
    public bool IsExpired(long now) => ReleasedAt < now - Window.Ticks;

    /// <summary>Gets the time until the bucket is full, in ticks.</summary>
    public long Debt(long now) => Math.Clamp(Volatile.Read(ref Tat) - now, 0, Rule.Capacity);

    /// <summary>Counts a request that was admitted under other limits of the family, as far as permits are available.</summary>
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

    /// <summary>Raises the debt of the bucket to at least <paramref name="debt"/>, in ticks.</summary>
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
