namespace HirePanda.ApiKeys;

/// <summary>The options of counting usage (<c>Usage</c> in configuration).</summary>
public sealed class ApiKeyUsageOptions
{
    /// <summary>
    /// Gets or sets the time for which usage per minute is kept, from 2 hours to 31 days. The default is 2 days.
    /// </summary>
    public TimeSpan MinuteRetention { get; set; } = TimeSpan.FromDays(2);

    /// <summary>
    /// Gets or sets the time for which usage per hour is kept, from 8 days to 10 years. The default is 90 days.
    /// </summary>
    public TimeSpan HourRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Gets or sets the time for which usage per day (UTC) is kept, from 31 days to 100 years. The default is 3 years.
    /// </summary>
    public TimeSpan DayRetention { get; set; } = TimeSpan.FromDays(3 * 365);

    /// <summary>
    /// Gets or sets the request header in which the host's CDN names the client's country (ISO 3166-1 alpha-2), such as
    /// <c>CF-IPCountry</c>, or null for none. Name a header only if no client can set it. Without one, countries come from a
    /// registered <see cref="IApiKeyCountryResolver"/> or are unknown. The default is null.
    /// </summary>
    public string? CountryHeaderName { get; set; }
}
