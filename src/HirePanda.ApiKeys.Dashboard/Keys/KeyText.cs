using System.ComponentModel;
using System.Globalization;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>Says what a key is in the words of the documentation.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KeyText
{
    private const int MaxNamed = 2;

    /// <summary>Gets the title of a type.</summary>
    public static string Type(string name) => name switch
    {
        ApiKeyTypes.Production => "Production",
        ApiKeyTypes.Development => "Development",
        ApiKeyTypes.Ci => "CI/CD",
        ApiKeyTypes.Analytics => "Analytics",
        _ => name,
    };

    /// <summary>Gets what a type is for and what its keys may do, unless something else is chosen.</summary>
    public static string Describe(ApiKeyCatalogType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return (type.Name, type.DefaultTier, type.DefaultPermissions) switch
        {
            (ApiKeyTypes.Production, "admin", []) => "Live application – Full access",
            (ApiKeyTypes.Development, "write", []) => "Local development – Limited access",
            (ApiKeyTypes.Ci, "read", []) => "Automated testing – Read only",
            (ApiKeyTypes.Analytics, null, [ApiKeyPermissions.AnalyticsRead]) => "Reporting tools – Analytics only",
            _ => $"Keys begin with {type.Prefix} – {Grant(type.DefaultTier, type.DefaultPermissions)}",
        };
    }

    /// <summary>Gets the title of a tier.</summary>
    public static string Tier(string name) => name switch
    {
        "read" => "Read Only",
        "write" => "Write Access",
        "admin" => "Admin Access",
        _ => name,
    };

    /// <summary>Says what a key is granted.</summary>
    public static string Grant(string? tier, IReadOnlyList<string> permissions)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        var own = permissions.Count > MaxNamed
            ? Durations.Count(permissions.Count, "permission")
            : string.Join(", ", permissions);
        return (tier, permissions.Count) switch
        {
            (null, 0) => "No permissions",
            (null, _) => own,
            (_, 0) => Tier(tier),
            _ => $"{Tier(tier)} + {own}",
        };
    }

    /// <summary>Writes a limit, such as "1,000 requests in 60 s".</summary>
    public static string Limit(RateLimit limit)
        => string.Create(CultureInfo.InvariantCulture, $"{limit.Permits:N0} requests in {limit.Window.TotalSeconds:N0} s");

    /// <summary>Writes the limits of a key.</summary>
    public static string Limits(ApiKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.RateLimits.Count == 0 ? "Those of its type" : string.Join(", ", key.RateLimits.Select(Limit));
    }

    /// <summary>Writes a date, such as "23 Feb 2027".</summary>
    public static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    /// <summary>Writes a time, such as "26 Nov 14:03 UTC".</summary>
    public static string Time(DateTimeOffset at, DateTimeOffset now)
        => at.UtcDateTime.ToString(
            at.UtcDateTime.Year == now.UtcDateTime.Year ? "d MMM HH:mm 'UTC'" : "d MMM yyyy HH:mm 'UTC'",
            CultureInfo.InvariantCulture);

    /// <summary>Writes a duration, such as "1 h 10 min".</summary>
    public static string Hours(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 2 } => Durations.Words(duration),
        { TotalHours: >= 1 } => $"{(int)duration.TotalHours} h {duration.Minutes} min",
        _ => $"{(int)duration.TotalMinutes} min",
    };

    /// <summary>Says when and how often a key was used, or that it was not.</summary>
    public static string Use(ApiKey key, long? lastHour, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(key);
        return (key.LastUsedAt, lastHour) switch
        {
            ({ } at, { } count)
                => $"It was used {Durations.Relative(at, now)}: {Durations.Count(count, "request")} in the last hour.",
            ({ } at, null) => $"It was used {Durations.Relative(at, now)}.",
            (null, > 0) => $"It was used: {Durations.Count(lastHour.Value, "request")} in the last hour.",
            _ => "It was never used.",
        };
    }
}
