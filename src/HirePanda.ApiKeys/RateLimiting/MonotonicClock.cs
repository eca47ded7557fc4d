namespace HirePanda.ApiKeys;

/// <summary>
/// Provides the time to code that measures elapsed time. The clock follows the wall clock forward. When the wall clock is set
/// back, this clock continues from its latest time, so that debts neither grow nor shrink.
/// </summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    /// <summary>
    /// The difference from the latest time that needs no adjustment, 1 second. Threads read the wall clock slightly before they
    /// call this clock, and requests within the tolerance do not write the latest time.
    /// </summary>
    private const long Tolerance = TimeSpan.TicksPerSecond;

    private readonly Lock _lock = new();

    /// <summary>The latest time that was returned, within the tolerance.</summary>
    private long _latest;

    /// <summary>The total by which the wall clock was set back, in ticks.</summary>
    private long _offset;

    /// <summary>Gets the time in ticks.</summary>
    public long Now => From(time.GetUtcNow().UtcTicks);

    /// <summary>Gets the time in ticks, for a caller that has read the wall clock.</summary>
    /// <param name="utc">The wall clock's time, in ticks.</param>
    public long From(long utc)
    {
        var now = utc + Volatile.Read(ref _offset);
        return (ulong)(now - Volatile.Read(ref _latest) + Tolerance) <= 2 * Tolerance ? now : Adjust(utc);
    }

    private long Adjust(long utc)
    {
        lock (_lock)
        {
            // The clock is read under the lock, so that a late caller with an older time does not look like a clock that was set
            // back.
            var current = time.GetUtcNow().UtcTicks;
            if (current + _offset < _latest - Tolerance)
            {
                Volatile.Write(ref _offset, _latest - current);
            }
            else if (current + _offset > _latest)
            {
                Volatile.Write(ref _latest, current + _offset);
            }

            return Math.Min(utc, current) + _offset;
        }
    }
}
