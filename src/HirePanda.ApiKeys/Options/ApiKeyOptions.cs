using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authentication;

namespace HirePanda.ApiKeys;

/// <summary>All options of the library; they are checked when the host starts.</summary>
public sealed class ApiKeyOptions : AuthenticationSchemeOptions
{
    /// <summary>Makes options with the defaults.</summary>
    public ApiKeyOptions() => Events = new ApiKeyEvents();

    /// <summary>How every secret begins, before <c>_</c>: 1 to 16 lower case letters and digits. Default: <c>hp</c>.</summary>
    [Required, RegularExpression("^[a-z0-9]{1,16}$")]
    public string Brand { get; set; } = "hp";

    /// <summary>The tiers, permissions and types that keys can have. Default: those of the HirePanda API.</summary>
    public ApiKeyCatalog Catalog { get; } = new();

    /// <summary>
    /// A secret of the host's with which new keys are hashed (HMAC-SHA256), so that a stolen table alone is worthless: at least 32
    /// characters, from a secret store. Null: SHA-256 without pepper. Default: null.
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
    [RegularExpression("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
    public string? HeaderName { get; set; }

    /// <summary>
    /// Admits secrets of an older system, at most 512 characters, to the look-up by hash, although they have not our shape and
    /// checksum. Null: none. Default: null.
    /// </summary>
    public Predicate<string>? LegacySecrets { get; set; }

    /// <summary>Whether errors are problem details (RFC 9457) with <c>code</c> as extension member. Default: false.</summary>
    public bool UseProblemDetails { get; set; }

    /// <summary>The limit of a key that has none of its own and whose type has none. Default: 1000 per 60 seconds.</summary>
    public RateLimit DefaultRateLimit { get; set; } = new(1000, TimeSpan.FromSeconds(60));

    /// <summary>
    /// How many unknown or revoked secrets a minute one client (an IPv4 address, an IPv6 /64) may try before its cache misses are
    /// answered 429; 1 to 1,000,000. Default: 100.
    /// </summary>
    [Range(1, RateLimit.MaxPermits)]
    public int FailedAttemptsPerMinute { get; set; } = 100;

    /// <summary>How long a key is served from the cache before it is read anew, up to a tenth less; 1 second to 5 minutes. Default: 30 seconds.</summary>
    public TimeSpan CacheLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it is remembered that no key has a hash; up to 5 minutes, 0: not at all. Default: 5 seconds.</summary>
    public TimeSpan NegativeCacheLifetime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many keys the cache holds at most. Default: 100,000.</summary>
    [Range(1, 100_000_000)]
    public int CacheCapacity { get; set; } = 100_000;

    /// <summary>How many hashes that no key has are remembered at most. Default: 10,000.</summary>
    [Range(1, 100_000_000)]
    public int NegativeCacheCapacity { get; set; } = 10_000;

    /// <summary>How long a read of the store may take; 10 milliseconds to 1 minute. Default: 2 seconds.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many reads of the store run at once; above that a key that is not cached is answered 503. Default: 64.</summary>
    [Range(1, 100_000)]
    public int MaxStoreReads { get; set; } = 64;

    /// <summary>
    /// How long before a key's expiry its answers carry <c>Api-Key-Expires</c>; 0: never, up to 1,000 days. Default: 30 days.
    /// </summary>
    public TimeSpan ExpiryReminder { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Whether traces name the key (<c>hirepanda.api_keys.key_id</c>), never its secret; metrics never do. Default: false.</summary>
    public bool RecordKeyIdInTraces { get; set; }

    /// <summary>What the host may do while a request is authenticated.</summary>
    public new ApiKeyEvents Events
    {
        get => (ApiKeyEvents)base.Events!;
        set => base.Events = value;
    }
}
