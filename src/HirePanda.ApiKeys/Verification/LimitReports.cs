namespace HirePanda.ApiKeys;

/// <summary>Reports once a day (UTC) that a key approaches its rate limit.</summary>
internal sealed class LimitReports(ApiKeySettings settings) : IVerdictObserver
{
    /// <summary>Occurs with the key, the limit that it approaches, the number of permits used, and the time.</summary>
    public event Action<ApiKey, RateLimit, int, DateTimeOffset>? Approached;

    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        // Without a listener nothing is recorded, so that a later listener still receives the report.
        if (Approached is { } approached && verdict is { Live: { } live, Limit: { Limits: not null } limit }
            && limit.FindAbove(settings.Current.Options.Alerts.RateLimitThreshold) is var index and >= 0
            && live.Activity.TryReportToday(started))
        {
            approached(live.Key, live.Limits.Limits[index], limit.Used(index), new DateTimeOffset(started, TimeSpan.Zero));
        }
    }
}
