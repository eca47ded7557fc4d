namespace HirePanda.ApiKeys;

/// <summary>Says once a day (UTC) for a key that it comes near to its rate limit.</summary>
internal sealed class LimitReports(ApiKeySettings settings)
{
    /// <summary>The key, the limit that it comes near to, how many permits of it are used, and when.</summary>
    public event Action<ApiKey, RateLimit, int, DateTimeOffset>? Approached;

    public void Look(LiveKey live, in RateLimitDecision limit, long now)
    {
        // What nobody hears yet is not said.
        if (Approached is { } approached && limit.FindAbove(settings.Current.Options.RateLimitAlertShare) is var index and >= 0 && live.Use.IsFirstOfDay(now))
        {
            approached(live.Key, live.Limits.Limits[index], limit.Used(index), new DateTimeOffset(now, TimeSpan.Zero));
        }
    }
}
