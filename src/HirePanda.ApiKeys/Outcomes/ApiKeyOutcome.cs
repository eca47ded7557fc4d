namespace HirePanda.ApiKeys;

/// <summary>Specifies the outcome of verifying a credential.</summary>
public enum ApiKeyOutcome
{
    /// <summary>There is no store, or it cannot answer and nothing usable is cached.</summary>
    Unavailable,

    /// <summary>The key may be used.</summary>
    Valid,

    /// <summary>The request has no credential that could be a key.</summary>
    Missing,

    /// <summary>The credential is not a key. Another scheme may accept it.</summary>
    NotAnApiKey,

    /// <summary>The request has more than one credential.</summary>
    Ambiguous,

    /// <summary>The shape, the type, or the checksum of the secret is wrong.</summary>
    Malformed,

    /// <summary>No key has this secret.</summary>
    Unknown,

    /// <summary>The key was revoked.</summary>
    Revoked,

    /// <summary>The key is disabled.</summary>
    Disabled,

    /// <summary>The key has expired.</summary>
    Expired,

    /// <summary>The client's address is not on an IP allowlist that applies.</summary>
    AddressNotAllowed,

    /// <summary>A rate limit of the key is used up.</summary>
    RateLimited,

    /// <summary>The client tried too many secrets that are unknown, revoked, or disabled.</summary>
    ClientThrottled,

    /// <summary>
    /// An event handler of the host rejected the request. If verification admitted the key before, metrics count it as valid.
    /// </summary>
    RejectedByHost,
}
