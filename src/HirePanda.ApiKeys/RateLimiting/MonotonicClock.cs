namespace HirePanda.ApiKeys;

/// <summary>
/// Gives the time to code that measures how much time has passed. It follows the wall clock forward. When the wall clock is set
/// back, it goes on from where it was, so that debts neither grow nor shrink.
/// </summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    /// <summary>
    /// Threads read the wall clock a little before they ask, and requests share the latest time without writing it.
    /// </summary>
    private const long Tolerance = TimeSpan.TicksPerSecond;

    private readonly Lock _lock = new();

    /// <summary>The latest time that was given, within the tolerance.</summary>
    private long _latest;

    /// <summary>By how much the wall clock was set back so far.</summary>
    private long _offset;

    /// <summary>The time in ticks.</summary>
    public long Now => From(time.GetUtcNow().UtcTicks);

    /// <summary>The time in ticks, for a caller that has read the wall clock.</summary>
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
            // Read under the lock: a caller who comes late with an older time is not a clock that was set back.
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
