namespace HirePanda.ApiKeys;

/// <summary>Computes the start and the length of the minutes, hours and days (UTC) in which usage is counted.</summary>
internal static class UsageTime
{
    public static TimeSpan Length(ApiKeyUsageGranularity level) => level switch
    {
        ApiKeyUsageGranularity.Minute => TimeSpan.FromMinutes(1),
        ApiKeyUsageGranularity.Hour => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    /// <summary>Gets the start of the minute, hour or day (UTC) that contains a time.</summary>
    public static DateTimeOffset Floor(DateTimeOffset time, ApiKeyUsageGranularity level)
        => new(time.UtcTicks - (time.UtcTicks % Length(level).Ticks), TimeSpan.Zero);

    /// <summary>Gets the first start of a minute, hour or day (UTC) that is not before a time.</summary>
    public static DateTimeOffset Ceiling(DateTimeOffset time, ApiKeyUsageGranularity level)
    {
        var floor = Floor(time, level);
        return floor == time ? floor : Timestamps.Add(floor, Length(level));
    }

    /// <summary>Gets the number of minutes from the Unix epoch to a time in ticks.</summary>
    public static uint Minute(long ticks) => (uint)((ticks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMinute);
}
