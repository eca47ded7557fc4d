namespace HirePanda.ApiKeys;

/// <summary>Creates the times of keys: UTC, in whole microseconds, which every database can store.</summary>
internal static class Timestamps
{
    /// <summary>Converts a time to UTC and truncates it to whole microseconds.</summary>
    public static DateTimeOffset ToMicroseconds(DateTimeOffset time)
        => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>Adds a span to a time. A sum that is out of range becomes the latest possible time.</summary>
    public static DateTimeOffset Add(DateTimeOffset time, TimeSpan span)
        => span < DateTimeOffset.MaxValue - time ? ToMicroseconds(time + span) : ToMicroseconds(DateTimeOffset.MaxValue);

    public static DateTimeOffset Now(TimeProvider time) => ToMicroseconds(time.GetUtcNow());
}
