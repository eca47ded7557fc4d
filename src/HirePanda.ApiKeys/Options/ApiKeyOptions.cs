using Microsoft.AspNetCore.Authentication;

namespace HirePanda.ApiKeys;

/// <summary>All options of the library; they are checked when the host starts.</summary>
public sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>How long the cache may serve an answer that the store cannot confirm: 5 minutes.</summary>
    internal static readonly TimeSpan MaxStaleness = TimeSpan.FromMinutes(5);

    /// <summary>Creates options with the defaults.</summary>
    public ApiKeyOptions() => Events = new ApiKeyEvents();

    /// <summary>How every secret begins, before <c>_</c>: 1 to 16 lower case letters and digits. Default: <c>hp</c>.</summary>
    public string Brand { get; set; } = "hp";

    /// <summary>
    /// Gets the tiers, permissions and types that keys can have. Lists that configuration names (<c>Catalog:Tiers</c>,
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
    /// A secret of the host's with which new keys are hashed (HMAC-SHA256), so that a stolen table alone is worthless: at least 32
    /// characters, from a secret store. Null: SHA-256 without pepper. Default: null. The signing secrets of webhooks are
    /// encrypted with a key that is derived from it; what <see cref="PreviousPeppers"/> encrypted stays readable.
    /// </summary>
    public string? Pepper { get; set; }

    /// <summary>Peppers that older keys were hashed with and that still count; with all else at most three ways to hash. Default: none.</summary>
    public IList<string> PreviousPeppers { get; } = [];

    /// <summary>Whether keys hashed before there was a pepper still count. Default: false.</summary>
    public bool AcceptUnpepperedHashes { get; set; }

    /// <summary>
    /// A further request header that may hold a secret, such as <c>X-API-Key</c>; responses then vary by it. Null: only
    /// <c>Authorization: Bearer</c> (RFC 6750). Default: null.
    /// </summary>
    public string? HeaderName { get; set; }

    /// <summary>
    /// Admits secrets of an older system, at most 512 characters, to the look-up by hash, although they have not our shape and
    /// checksum. Null: none. Default: null.
    /// </summary>
    public Predicate<string>? IsLegacySecret { get; set; }

    /// <summary>Whether errors are problem details (RFC 9457) with <c>code</c> as extension member. Default: false.</summary>
    public bool UseProblemDetails { get; set; }

    /// <summary>The limit of a key that has none of its own and whose type has none. Default: 1000 per 60 seconds.</summary>
    public RateLimit DefaultRateLimit { get; set; } = new(1000, TimeSpan.FromSeconds(60));

    /// <summary>
    /// The loosest limit that a key can be given: one of its limits must allow neither more at once nor more per second. Limits of types and
    /// <see cref="DefaultRateLimit"/> are the host's own and not compared. Null for no such bound. The default is null.
    /// </summary>
    public RateLimit? MaxRateLimit { get; set; }

    /// <summary>
    /// The largest number of active keys in a workspace, from 1 to 10,000,000. Creating or rotating a key beyond it is answered 409. The
    /// default is 100,000.
    /// </summary>
    public int MaxActiveKeys { get; set; } = 100_000;

    /// <summary>
    /// Whether a key that manages keys can hand out keys with wider networks or a later expiry than its own, for hosts whose keys are used
    /// elsewhere than those that manage them. It then can make itself an accomplice without its own restrictions. The default is false.
    /// </summary>
    public bool AllowLooserDelegation { get; set; }

    /// <summary>
    /// How many unknown or revoked secrets a minute one client (an IPv4 address, an IPv6 /64) may try before its cache misses are
    /// answered 429; 1 to 1,000,000. All of an IPv6 /48 together may try ten times as many. Default: 100.
    /// </summary>
    public int FailedAttemptsPerMinute { get; set; } = 100;

    /// <summary>How long a key is served from the cache before it is read anew, up to a tenth less; 1 second to 5 minutes. Default: 30 seconds.</summary>
    public TimeSpan CacheLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it is remembered that no key has a hash; up to 5 minutes, 0: not at all. Default: 5 seconds.</summary>
    public TimeSpan NegativeCacheLifetime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The most ordinary keys that the cache holds. A key with long lists or much metadata takes the room of several, one for each KiB. While the
    /// cache is full, a workspace that has more than half of it makes room with its own keys. The default is 100,000.
    /// </summary>
    public int CacheCapacity { get; set; } = 100_000;

    /// <summary>How many hashes that no key has are remembered at most. Default: 10,000.</summary>
    public int NegativeCacheCapacity { get; set; } = 10_000;

    /// <summary>How long a read of the store may take; 10 milliseconds to 1 minute. Default: 2 seconds.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The most reads of the store that run at once; above that a key that is not cached is answered 503. Secrets that no key is known to have
    /// get at most half of them, so that junk does not hold up keys that were in use. The default is 64.
    /// </summary>
    public int MaxStoreReads { get; set; } = 64;

    /// <summary>
    /// How long before a key's expiry its answers carry <c>Api-Key-Expires</c>; 0: never, up to 1,000 days. Default: 30 days.
    /// </summary>
    public TimeSpan ExpiryReminder { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// A request header in which the host's CDN names the client's country (ISO 3166-1 alpha-2), such as <c>CF-IPCountry</c>; name one only where
    /// no client can set it. Null: countries come from a registered <see cref="IApiKeyCountryResolver"/>, or are unknown. Default: null.
    /// </summary>
    public string? CountryHeader { get; set; }

    /// <summary>How long usage is kept by the minute; 2 hours to 31 days. Default: 2 days.</summary>
    public TimeSpan UsageMinutesKept { get; set; } = TimeSpan.FromDays(2);

    /// <summary>How long usage is kept by the hour; 8 days to 10 years. Default: 90 days.</summary>
    public TimeSpan UsageHoursKept { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long usage is kept by the day (UTC); 31 days to 100 years. Default: 3 years.</summary>
    public TimeSpan UsageDaysKept { get; set; } = TimeSpan.FromDays(3 * 365);

    /// <summary>Of which share of a rate limit's permits, when it is used, an alert tells, once a day; 0.01 to 1. Default: 0.8.</summary>
    public double RateLimitAlertShare { get; set; } = 0.8;

    /// <summary>How many failed attempts of one client within <see cref="FailedAttemptsAlertWindow"/> an alert tells of; 2 to 10,000. Default: 50.</summary>
    public int FailedAttemptsAlert { get; set; } = 50;

    /// <summary>The time within which failed attempts count together; 1 second to 1 day. Default: 5 minutes.</summary>
    public TimeSpan FailedAttemptsAlertWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The workspace of whoever operates the host: alerts of failed attempts with secrets that no key has are for it, since they belong to no other.
    /// Null: nobody is told. Default: null.
    /// </summary>
    public string? OperatorWorkspace { get; set; }

    /// <summary>How long a key must have been in use before its activity may be called unusual; 1 to 7 days. Default: 3 days.</summary>
    public TimeSpan UnusualActivityWarmUp { get; set; } = TimeSpan.FromDays(3);

    /// <summary>
    /// How many days before a key's expiry its workspace is alerted, each 1 to 1,000; empty: never. Configuration adds to the default.
    /// Default: 30, 14, 7 and 1.
    /// </summary>
    public IReadOnlyList<int> ExpiryAlertDays { get; set; } = [30, 14, 7, 1];

    /// <summary>How old a key is when its workspace is alerted that it should be rotated; 0: never, up to 3,650 days. Default: 90 days.</summary>
    public TimeSpan RotationReminder { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Whether webhooks may be sent over plain http and to private addresses: for tests and closed networks, since whoever may add a
    /// webhook can then make this host call its own network. Default: false.
    /// </summary>
    public bool AllowPrivateWebhookTargets { get; set; }

    /// <summary>Whether traces name the key (<c>hirepanda.api_keys.key_id</c>), never its secret; metrics never do. Default: false.</summary>
    public bool RecordKeyIdInTraces { get; set; }

    /// <summary>What the host may do while a request is authenticated.</summary>
    public new ApiKeyEvents Events
    {
        get => (ApiKeyEvents)base.Events!;
        set => base.Events = value;
    }
}
