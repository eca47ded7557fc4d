namespace HirePanda.ApiKeys;

/// <summary>Reports once a day (UTC) that a key or client approaches its rate limit.</summary>
internal sealed class LimitReports(ApiKeySettings settings) : IVerdictObserver
{
    /// <summary>
    /// Occurs with the activity of the key or client, the key or null if it is a client, the limit that it approaches, the number
    /// of permits used, and the time.
    /// </summary>
    public event Action<KeyActivity, ApiKey?, RateLimit, int, DateTimeOffset>? Approached;

    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        if (verdict.Live is { } live)
        {
            Check(live.Activity, live.Key, verdict.Limit, started);
        }
    }

    /// <summary>Reports a key or client that approaches its limit.</summary>
    /// <param name="activity">The activity of the key or client.</param>
    /// <param name="key">The key, or null if it is a client.</param>
    /// <param name="limit">The decision about the request.</param>
    /// <param name="now">The time in ticks.</param>
    public void Check(KeyActivity activity, ApiKey? key, in RateLimitDecision limit, long now)
    {
        // Without a listener nothing is recorded, so that a later listener still receives the report.
        if (Approached is { } approached && limit.Limits is { } limits
            && limit.FindAbove(settings.Current.Options.Alerts.RateLimitThreshold) is var index and >= 0
            && activity.TryReportToday(now))
        {
            approached(activity, key, limits.Limits[index], limit.Used(index), new DateTimeOffset(now, TimeSpan.Zero));
        }
    }
}
