namespace HirePanda.ApiKeys;

/// <summary>
/// The generic cell rate algorithm (ITU-T I.371). Its state is one number: the theoretical arrival time (TAT), in ticks, at which
/// the bucket is full again. It admits at most <c>permits</c> requests at once, and one more every <see cref="Interval"/>. The
/// debt of a bucket is the time until it is full.
/// </summary>
internal readonly struct Gcra(RateLimit limit)
{
    public readonly int Permits = limit.Permits;

    /// <summary>The time for one permit, in ticks. It is rounded up, so that rounding never admits more than the limit.</summary>
    public readonly long Interval = (limit.Window.Ticks + limit.Permits - 1) / limit.Permits;

    /// <summary>Gets the debt of an empty bucket, in ticks.</summary>
    public long Capacity => Interval * Permits;

    /// <summary>
    /// Takes permits if enough are available; otherwise, takes none. The cost is capped at <see cref="Permits"/>.
    /// </summary>
    /// <param name="tat">The bucket. One compare-and-swap changes it.</param>
    /// <param name="now">The time in ticks, of a clock that never goes back.</param>
    /// <param name="cost">The number of permits to take, at least 1.</param>
    /// <param name="state">
    /// The bucket's state after the decision, for <see cref="Remaining"/> and <see cref="UntilOneMore"/>.
    /// </param>
    /// <returns>The time until enough permits are available, in ticks, or 0 if the permits were taken.</returns>
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

    /// <summary>Returns the permits that <see cref="Take"/> took.</summary>
    public long Return(ref long tat, int cost) => Interlocked.Add(ref tat, -Interval * Math.Min(cost, Permits));

    /// <summary>Gets the number of permits that are available now.</summary>
    public int Remaining(long state, long now) => (int)((Capacity - (Clamp(state, now) - now)) / Interval);

    /// <summary>Gets the time until one more permit is available, in ticks, or 0 if the bucket is full.</summary>
    public long UntilOneMore(long state, long now)
    {
        var debt = Clamp(state, now) - now;
        return debt == 0 ? 0 : debt - (Capacity - ((Remaining(state, now) + 1) * Interval));
    }

    /// <summary>Gets the time until a permit is available, in ticks, or 0 if one is available now.</summary>
    public long UntilAny(long tat, long now) => Math.Max(0, Clamp(tat, now) + Interval - now - Capacity);

    /// <summary>
    /// Determines whether at least a fraction of the permits is used. It counts whole permits, as <see cref="Remaining"/> does.
    /// </summary>
    public bool IsAbove(long state, long now, double fraction) => Permits - Remaining(state, now) >= Permits * fraction;

    /// <summary>
    /// Gets the initial debt of a bucket that replaces a bucket of another limit. As many permits are used as in the other
    /// bucket, or the same fraction of them if this limit has fewer permits.
    /// </summary>
    public long Carry(in Gcra other, long debt)
    {
        var used = (debt + other.Interval - 1) / other.Interval;
        return (Permits < other.Permits ? used * Permits / other.Permits : used) * Interval;
    }

    /// <summary>
    /// Limits the TAT to what a bucket can have now. The TAT of a full bucket is now. A caller that read the clock slightly
    /// earlier must not see a debt above the capacity.
    /// </summary>
    private long Clamp(long tat, long now) => Math.Clamp(tat, now, now + Capacity);
}
