namespace HirePanda.ApiKeys;

/// <summary>Says once a day (UTC) for a key that it comes near to its rate limit.</summary>
internal sealed class LimitReports(ApiKeySettings settings) : IVerdictObserver
{
    /// <summary>The key, the limit that it comes near to, how many permits of it are used, and when.</summary>
    public event Action<ApiKey, RateLimit, int, DateTimeOffset>? Approached;

    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        // Without a listener nothing is noted, so that a later listener still hears of it.
        if (Approached is { } approached && verdict is { Live: { } live, Limit: { Limits: not null } limit }
            && limit.FindAbove(settings.Current.Options.Alerts.RateLimitThreshold) is var index and >= 0
            && live.Use.IsFirstOfDay(started))
        {
            approached(live.Key, live.Limits.Limits[index], limit.Used(index), new DateTimeOffset(started, TimeSpan.Zero));
        }
    }
}
