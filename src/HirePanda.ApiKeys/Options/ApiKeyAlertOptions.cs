namespace HirePanda.ApiKeys;

/// <summary>
/// The options of the alerts about keys (<c>Alerts</c> in configuration). Alerts about failed attempts have their options in
/// <see cref="ApiKeyFailedAttemptsOptions"/>.
/// </summary>
public sealed class ApiKeyAlertOptions
{
    /// <summary>
    /// Gets or sets the fraction of a rate limit that triggers an alert, once a day, from 0.01 to 1. The default is 0.8.
    /// </summary>
    public double RateLimitThreshold { get; set; } = 0.8;

    /// <summary>
    /// Gets or sets the time for which a key must have been in use before its activity can be unusual, from 1 to 7 days. The
    /// default is 3 days.
    /// </summary>
    public TimeSpan UnusualActivityWarmUp { get; set; } = TimeSpan.FromDays(3);

    /// <summary>
    /// Gets or sets the numbers of days before a key's expiry at which its workspace is alerted, each from 1 to 1,000. An empty
    /// list turns the alerts off. Configuration replaces the list. The default is 30, 14, 7 and 1.
    /// </summary>
    public IReadOnlyList<int> ExpiryDays { get; set; } = [30, 14, 7, 1];

    /// <summary>
    /// Gets or sets the age of a key at which its workspace is alerted to rotate it, from 0 to 3,650 days. A value of 0 turns the
    /// alert off. The default is 90 days.
    /// </summary>
    public TimeSpan RotationAge { get; set; } = TimeSpan.FromDays(90);
}
