namespace HirePanda.ApiKeys;

/// <summary>Where the times of usage begin.</summary>
internal static class UsageTime
{
    public static TimeSpan Length(ApiKeyUsageGranularity level) => level switch
    {
        ApiKeyUsageGranularity.Minute => TimeSpan.FromMinutes(1),
        ApiKeyUsageGranularity.Hour => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>The begin of the minute, hour or day (UTC) that a time is in.</summary>
    public static DateTimeOffset Floor(DateTimeOffset time, ApiKeyUsageGranularity level)
        => new(time.UtcTicks - (time.UtcTicks % Length(level).Ticks), TimeSpan.Zero);

    /// <summary>The first begin that is not before a time.</summary>
    public static DateTimeOffset Ceiling(DateTimeOffset time, ApiKeyUsageGranularity level)
    {
        var floor = Floor(time, level);
        return floor == time ? floor : Timestamps.Add(floor, Length(level));
    }

    public static uint Minute(long ticks) => (uint)((ticks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMinute);
}
