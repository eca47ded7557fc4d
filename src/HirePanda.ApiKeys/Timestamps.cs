namespace HirePanda.ApiKeys;

/// <summary>Times of keys are UTC and whole microseconds, which every database can keep.</summary>
internal static class Timestamps
{
    public static DateTimeOffset ToMicroseconds(DateTimeOffset time)
        => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>A time later by a span; the last one there is where it would be beyond that.</summary>
    public static DateTimeOffset Add(DateTimeOffset time, TimeSpan span)
        => span < DateTimeOffset.MaxValue - time ? ToMicroseconds(time + span) : ToMicroseconds(DateTimeOffset.MaxValue);

    public static DateTimeOffset Now(TimeProvider time) => ToMicroseconds(time.GetUtcNow());
}
