using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>A key: the record that a store keeps. It never holds the secret, only its <see cref="Hash"/>.</summary>
public sealed record ApiKey
{
    /// <summary>The key's id: opaque, unique and never reused.</summary>
    public required string Id { get; init; }

    /// <summary>The tenant that owns the key.</summary>
    public required string Workspace { get; init; }

    /// <summary>The hash by which the key is found.</summary>
    public required ApiKeyHash Hash { get; init; }

    /// <summary>A name for people, 1 to 200 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>The name of the key's type, such as <see cref="ApiKeyTypes.Production"/>.</summary>
    public string Type { get; init; } = ApiKeyTypes.Production;

    /// <summary>The name of the tier that the key holds; null: none.</summary>
    public string? Tier { get; init; }

    /// <summary>Permissions that the key holds besides its tier's.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>The secret's non-secret start, for lists and logs: <c>hp_live_k3J9…</c>.</summary>
    public string Hint { get; init; } = "";

    /// <summary>When the key was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The actor who created the key: a key's id, or whatever the host's own actors are called; null: unknown.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>From this moment on the key is expired; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Whether an update moved the expiry to an earlier time. Such a key keeps its expiry when it rotates itself, instead of getting its
    /// lifetime again. The default is false.
    /// </summary>
    public bool IsExpiryShortened { get; init; }

    /// <summary>When the key was last used, in batches; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>When the key was revoked, which is final; null: it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Why the key was revoked; null: not said.</summary>
    public string? RevokedReason { get; init; }

    /// <summary>The id of the key that this one replaced by rotation; null: none.</summary>
    public string? Replaces { get; init; }

    /// <summary>The id of the key that replaced this one by rotation; null: none.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>The id of the first key of the rotation this key belongs to; null: its own. A family shares one quota.</summary>
    public string? Family { get; init; }

    /// <summary>Addresses and CIDR networks that may use the key; empty: no restriction.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>The key's own limits, all of which hold; empty: those of its type.</summary>
    public IReadOnlyList<RateLimit> RateLimits { get; init; } = [];

    /// <summary>A JSON object of the host's, at most 4,096 bytes; null: none.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Counts the key's changes, from 1.</summary>
    public long Version { get; init; } = 1;

    /// <summary>The key's status at a moment; a revoked key stays revoked whether or not it has expired.</summary>
    /// <param name="now">The moment.</param>
    public ApiKeyStatus GetStatus(DateTimeOffset now)
        => RevokedAt is not null ? ApiKeyStatus.Revoked : now >= ExpiresAt ? ApiKeyStatus.Expired : ApiKeyStatus.Active;

    /// <summary>The id and the hint, fit for a log.</summary>
    public override string ToString() => $"{Id} ({Hint})";
}

/// <summary>Whether a key can be used.</summary>
public enum ApiKeyStatus
{
    /// <summary>The key can be used.</summary>
    Active,

    /// <summary>The key's expiry has passed.</summary>
    Expired,

    /// <summary>The key was revoked.</summary>
    Revoked,
}
