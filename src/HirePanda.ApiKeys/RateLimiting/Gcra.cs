namespace HirePanda.ApiKeys;

/// <summary>
/// The generic cell rate algorithm (ITU-T I.371), with one number as state: the theoretical arrival time (TAT), in ticks,
/// at which the bucket is full again. At most <c>permits</c> at once, one more every <see cref="Interval"/>.
/// </summary>
internal readonly struct Gcra(RateLimit limit)
{
    public readonly int Permits = limit.Permits;

    /// <summary>Rounded up, so that rounding never admits more than the limit.</summary>
    public readonly long Interval = (limit.Window.Ticks + limit.Permits - 1) / limit.Permits;

    /// <summary>What an empty bucket owes, in ticks.</summary>
    public long Capacity => Interval * Permits;

    /// <summary>
    /// Takes permits if there are enough, else nothing. The cost is capped at the number of permits there can be.
    /// </summary>
    /// <param name="tat">The bucket; changed by one compare-and-swap.</param>
    /// <param name="now">The time in ticks, of a clock that never goes back.</param>
    /// <param name="cost">How many permits to take, at least 1.</param>
    /// <param name="state">
    /// The bucket's state after the decision, for <see cref="Remaining"/> and <see cref="UntilOneMore"/>.
    /// </param>
    /// <returns>Ticks until the cost would fit; 0 when it was taken.</returns>
    public long Take(ref long tat, long now, int cost, out long state)
    {
        var increment = Interval * Math.Min(cost, Permits);
        var seen = Volatile.Read(ref tat);
        while (true)
        {
            state = Clamp(seen, now);
            var wait = state + increment - now - Capacity;
            if (wait > 0)
            {
                return wait;
            }

            var before = Interlocked.CompareExchange(ref tat, state + increment, seen);
            if (before == seen)
            {
                state += increment;
                return 0;
            }

            seen = before;
        }
    }

    /// <summary>Puts back what <see cref="Take"/> took.</summary>
    public long Return(ref long tat, int cost) => Interlocked.Add(ref tat, -Interval * Math.Min(cost, Permits));

    /// <summary>How many permits there are now.</summary>
    public int Remaining(long state, long now) => (int)((Capacity - (Clamp(state, now) - now)) / Interval);

    /// <summary>Ticks until there is one permit more; 0 when the bucket is full.</summary>
    public long UntilOneMore(long state, long now)
    {
        var debt = Clamp(state, now) - now;
        return debt == 0 ? 0 : debt - (Capacity - ((Remaining(state, now) + 1) * Interval));
    }

    /// <summary>Ticks until the next permit when there is none; 0 when there is one.</summary>
    public long UntilAny(long tat, long now) => Math.Max(0, Clamp(tat, now) + Interval - now - Capacity);

    /// <summary>
    /// Whether a share of the permits, or more, is used: of whole ones, as <see cref="Remaining"/> counts them.
    /// </summary>
    public bool IsAbove(long state, long now, double share) => Permits - Remaining(state, now) >= Permits * share;

    /// <summary>
    /// The debt with which a bucket begins that takes over from a bucket of another limit: as many permits, or the same share
    /// where there are fewer of them.
    /// </summary>
    public long Carry(in Gcra other, long debt)
    {
        var used = (debt + other.Interval - 1) / other.Interval;
        return (Permits < other.Permits ? used * Permits / other.Permits : used) * Interval;
    }

    /// <summary>
    /// A full bucket's TAT is now; and to a caller who read the clock a little earlier no bucket owes more than its capacity.
    /// </summary>
    private long Clamp(long tat, long now) => Math.Clamp(tat, now, now + Capacity);
}
