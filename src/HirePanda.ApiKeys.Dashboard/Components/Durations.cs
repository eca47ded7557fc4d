using System.ComponentModel;
using System.Globalization;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>Writes times and numbers as people say them.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Durations
{
    /// <summary>Writes a time relative to now, such as "12 minutes ago" or "in 3 days".</summary>
    public static string Relative(DateTimeOffset at, DateTimeOffset now)
    {
        var distance = now - at;
        return distance.Duration() < TimeSpan.FromMinutes(1) ? "just now"
            : distance > TimeSpan.Zero ? $"{Words(distance)} ago"
            : $"in {Words(-distance)}";
    }

    /// <summary>Writes a duration with its largest unit, such as "3 days".</summary>
    public static string Words(TimeSpan duration)
    {
        var (count, unit) = duration switch
        {
            { TotalDays: >= 730 } => ((long)(duration.TotalDays / 365), "year"),
            { TotalDays: >= 60 } => ((long)(duration.TotalDays / 30), "month"),
            { TotalDays: >= 1 } => ((long)duration.TotalDays, "day"),
            { TotalHours: >= 1 } => ((long)duration.TotalHours, "hour"),
            _ => ((long)duration.TotalMinutes, "minute"),
        };
        return Count(count, unit);
    }

    /// <summary>Writes a number with the right form of a noun, such as "1 key" or "3 keys".</summary>
    public static string Count(long count, string noun)
        => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {noun}{(count == 1 ? "" : "s")}");
}
