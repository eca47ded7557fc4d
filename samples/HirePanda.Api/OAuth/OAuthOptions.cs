namespace HirePanda.Api;

/// <summary>The section <c>OAuth</c> of the configuration.</summary>
internal sealed class OAuthOptions
{
    /// <summary>
    /// Gets or sets the issuer, such as <c>https://api.hirepanda.test</c>, or null for the address that the caller used. Several
    /// nodes need it unless all callers use the same address.
    /// </summary>
    public Uri? Issuer { get; set; }

    /// <summary>Gets or sets how long an access token is valid. The default is one hour.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets how long a refresh token that was used can be used again, for example because the response was lost. After
    /// that, using it again ends all tokens of the authorization. The default is zero.
    /// </summary>
    public TimeSpan RefreshTokenReuseLeeway { get; set; }

    /// <summary>
    /// Gets or sets how many requests a client address, or an IPv6 network of 64 bits, can send to <c>/connect</c> in one minute.
    /// The default is 3,000. An API that asks about tokens sends all its requests from one address.
    /// </summary>
    public int RequestsPerMinute { get; set; } = 3_000;
}
