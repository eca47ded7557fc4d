using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>The outcome of verifying one secret for one caller.</summary>
public readonly struct ApiKeyVerdict : IEquatable<ApiKeyVerdict>
{
    internal ApiKeyVerdict(ApiKeyOutcome outcome, LiveKey? live = null, RateLimitDecision limit = default)
        => (Outcome, Live, Limit) = (outcome, live, limit);

    /// <summary>How it went.</summary>
    public ApiKeyOutcome Outcome { get; }

    /// <summary>Gets whether the key can be used now. If true, <see cref="Key"/> is not null.</summary>
    [MemberNotNullWhen(true, nameof(Key))]
    public bool IsValid => Outcome == ApiKeyOutcome.Valid;

    /// <summary>The key, also where it was refused; null when the secret belongs to none that is known.</summary>
    public ApiKey? Key => Live?.Key;

    /// <summary>In which time another attempt may succeed; null where waiting does not help.</summary>
    public TimeSpan? RetryAfter => Outcome switch
    {
        ApiKeyOutcome.RateLimited or ApiKeyOutcome.ClientThrottled => TimeSpan.FromSeconds(Math.Max(1, RateLimitDecision.Seconds(Limit.Wait))),
        ApiKeyOutcome.Unavailable => TimeSpan.FromSeconds(1),
        _ => null,
    };

    internal LiveKey? Live { get; }

    internal RateLimitDecision Limit { get; }

    /// <inheritdoc/>
    public bool Equals(ApiKeyVerdict other) => Outcome == other.Outcome && Live == other.Live && Limit == other.Limit;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ApiKeyVerdict other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Outcome, Live);

    /// <summary>Whether two verdicts are the same.</summary>
    public static bool operator ==(ApiKeyVerdict left, ApiKeyVerdict right) => left.Equals(right);

    /// <summary>Whether two verdicts differ.</summary>
    public static bool operator !=(ApiKeyVerdict left, ApiKeyVerdict right) => !left.Equals(right);
}

/// <summary>How verifying a credential went.</summary>
public enum ApiKeyOutcome
{
    /// <summary>No store, or one that cannot answer, and nothing usable is cached.</summary>
    Unavailable,

    /// <summary>The key may be used.</summary>
    Valid,

    /// <summary>The request has no credential that could be a key.</summary>
    Missing,

    /// <summary>The credential is not a key: another scheme may know it.</summary>
    NotAnApiKey,

    /// <summary>The request has more than one credential.</summary>
    Ambiguous,

    /// <summary>Shape, type or checksum are wrong.</summary>
    Malformed,

    /// <summary>No key has this secret.</summary>
    Unknown,

    /// <summary>The key was revoked.</summary>
    Revoked,

    /// <summary>The key's expiry has passed.</summary>
    Expired,

    /// <summary>The caller's address is not on the key's allowlist.</summary>
    AddressNotAllowed,

    /// <summary>The key's rate limit is used up.</summary>
    RateLimited,

    /// <summary>The client tried too many secrets that no key has.</summary>
    ClientThrottled,

    /// <summary>An event of the host's refused the key.</summary>
    RejectedByHost,
}
