namespace HirePanda.ApiKeys;

/// <summary>Times of keys are UTC and whole microseconds, which every database can keep.</summary>
internal static class Timestamps
{
    public static DateTimeOffset ToMicroseconds(DateTimeOffset time)
        => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static DateTimeOffset Now(TimeProvider time) => ToMicroseconds(time.GetUtcNow());
}
