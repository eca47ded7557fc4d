using Microsoft.AspNetCore.Authentication;

namespace HirePanda.ApiKeys;

/// <summary>
/// The options of the library. <c>services.Configure&lt;ApiKeyOptions&gt;(…)</c> sets them with or without the name of the
/// scheme. The host validates them when it starts. A list in configuration replaces the existing list.
/// </summary>
public sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>The longest time that the cache can serve an answer that the store cannot confirm: 5 minutes.</summary>
    internal static readonly TimeSpan MaxStaleness = TimeSpan.FromMinutes(5);

    /// <summary>Creates options with the defaults.</summary>
    public ApiKeyOptions() => Events = new ApiKeyEvents();

    /// <summary>
    /// Gets or sets the start of every secret, before <c>_</c>: 1 to 16 lowercase letters and digits. The default is <c>hp</c>.
    /// </summary>
    public string Brand { get; set; } = "hp";

    /// <summary>
    /// Gets the tiers, permissions and types that keys can have. Lists in configuration (<c>Catalog:Tiers</c>,
    /// <c>Catalog:Permissions</c>, <c>Catalog:Types</c>) replace those of the default catalog.
    /// </summary>
    public ApiKeyCatalog Catalog { get; } = new();

    /// <summary>
    /// Gets or sets the text before the name of a tier or permission in the name of its policy, or null for none. With
    /// <c>key:</c> the policies are <c>key:write</c> and <c>key:jobs:write</c>, and the host's own policies can be named
    /// <c>write</c>. <c>RequirePermission</c> works without the prefix. Policies are cached, so change it only while the host is
    /// stopped. The default is null.
    /// </summary>
    public string? PolicyPrefix { get; set; }

    /// <summary>
    /// Gets or sets the request headers that can hold a secret in addition to <c>Authorization: Bearer</c> (RFC 6750), such as
    /// <c>X-API-Key</c>. Every response then names them in <c>Vary</c>. A request with more than one credential is refused.
    /// Configuration replaces the list. The default is empty.
    /// </summary>
    public IReadOnlyList<string> HeaderNames { get; set; } = [];

    /// <summary>
    /// Gets or sets a predicate that recognizes secrets of an older system, or null if there are none. They are looked up by
    /// hash without the library's format and checksum. They can have at most 512 characters. The default is null.
    /// </summary>
    public Predicate<string>? IsLegacySecret { get; set; }

    /// <summary>
    /// Gets or sets the path of the OAuth 2.0 protected resource metadata (RFC 9728, section 5.1) that the challenge of every 401
    /// response names in <c>resource_metadata</c>, or null for none. <c>AcceptOpenIddictTokens()</c> sets it. The default is
    /// null.
    /// </summary>
    public string? ResourceMetadataPath { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether errors are problem details (RFC 9457) with <c>code</c> as an extension
    /// member. The default is false.
    /// </summary>
    public bool UseProblemDetails { get; set; }

    /// <summary>
    /// Gets or sets the rate limit of a key when neither the key nor its type has one. The default is 1,000 requests per 60
    /// seconds.
    /// </summary>
    public RateLimit DefaultRateLimit { get; set; } = new(1000, TimeSpan.FromSeconds(60));

    /// <summary>
    /// Gets or sets the highest rate limit that a key can be given, or null if there is no maximum. At least one of the key's
    /// limits must not exceed it, neither in requests at once nor in requests per second. Limits of types and
    /// <see cref="DefaultRateLimit"/> are not checked. The default is null.
    /// </summary>
    public RateLimit? MaxRateLimit { get; set; }

    /// <summary>
    /// Gets or sets the largest number of active keys in a workspace, from 1 to 10,000,000. Creating or rotating a key beyond it
    /// is answered with 409. The default is 100,000.
    /// </summary>
    public int MaxActiveKeys { get; set; } = 100_000;

    /// <summary>
    /// Gets or sets a value that indicates whether a key that manages keys can create keys with wider networks or a later expiry
    /// than its own. A key can then create another key without its own restrictions, so set this only if the keys are used in
    /// other places than the keys that manage them. The default is false.
    /// </summary>
    public bool AllowLooserDelegation { get; set; }

    /// <summary>
    /// Gets or sets the time before a key's expiry from which its responses have the header <c>Api-Key-Expires</c>, from 0 to
    /// 1,000 days. A value of 0 turns the header off. The default is 30 days.
    /// </summary>
    public TimeSpan ExpiryHeaderWindow { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Gets or sets a value that indicates whether traces contain the id of the key (<c>hirepanda.api_keys.key_id</c>). Traces
    /// never contain the secret. Metrics contain neither the id nor the secret. The default is false.
    /// </summary>
    public bool RecordKeyIdInTraces { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether the host accepts further schemes. <c>AcceptScheme</c> sets it.
    /// </summary>
    internal bool AcceptsOtherSchemes { get; set; }

    /// <summary>
    /// Gets a value that indicates whether secrets are in headers only. Otherwise, an event of the host can supply them, or the
    /// host forwards the scheme to another one.
    /// </summary>
    internal bool ReadsHeadersOnly
        => EventsType is null
            && !Events.HandlesMessageReceived
            && ForwardAuthenticate is null
            && ForwardDefault is null
            && ForwardDefaultSelector is null;

    /// <summary>Gets the options of the cache and of reading the store.</summary>
    public ApiKeyCacheOptions Cache { get; } = new();

    /// <summary>Gets the options of hashing secrets.</summary>
    public ApiKeyHashingOptions Hashing { get; } = new();

    /// <summary>Gets the options of throttling clients whose attempts fail, and of the alerts about them.</summary>
    public ApiKeyFailedAttemptsOptions FailedAttempts { get; } = new();

    /// <summary>Gets the options of counting usage.</summary>
    public ApiKeyUsageOptions Usage { get; } = new();

    /// <summary>Gets the options of the alerts about keys.</summary>
    public ApiKeyAlertOptions Alerts { get; } = new();

    /// <summary>Gets the options of webhooks.</summary>
    public ApiKeyWebhookOptions Webhooks { get; } = new();

    /// <summary>Gets or sets the events that let the host take part in authentication. The default does nothing.</summary>
    public new ApiKeyEvents Events
    {
        get => (ApiKeyEvents)base.Events!;
        set => base.Events = value;
    }
}
