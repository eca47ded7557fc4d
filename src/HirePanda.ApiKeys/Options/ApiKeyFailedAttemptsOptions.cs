namespace HirePanda.ApiKeys;

/// <summary>
/// The options of throttling clients whose attempts fail, and of the alerts about them (<c>FailedAttempts</c> in
/// configuration). A client is an IPv4 address or an IPv6 /64.
/// </summary>
public sealed class ApiKeyFailedAttemptsOptions
{
    /// <summary>
    /// Gets or sets the number of unknown or revoked secrets that one client can try in a minute, from 1 to 1,000,000. Beyond it,
    /// the client's secrets that are not cached are answered with 429. All clients of an IPv6 /48 together can try ten times as
    /// many. The default is 100.
    /// </summary>
    public int PerMinute { get; set; } = 100;

    /// <summary>
    /// Gets or sets the number of failed attempts of one client within <see cref="AlertWindow"/> that triggers an alert, from 2
    /// to 10,000. The default is 50.
    /// </summary>
    public int AlertThreshold { get; set; } = 50;

    /// <summary>
    /// Gets or sets the time within which failed attempts are counted together, from 1 second to 1 day. The default is 5 minutes.
    /// </summary>
    public TimeSpan AlertWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Gets or sets the workspace that receives the alerts about attempts with unknown secrets, or null if no workspace receives
    /// them. It is the workspace of the host's operator. The default is null.
    /// </summary>
    public string? OperatorWorkspace { get; set; }
}
