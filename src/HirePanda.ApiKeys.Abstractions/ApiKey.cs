using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>A key: the record that a store keeps. It never holds the secret, only its <see cref="Hash"/>.</summary>
public sealed record ApiKey
{
    /// <summary>Gets the id of the key: opaque, unique, and never reused.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the workspace, the tenant that the key belongs to.</summary>
    public required string Workspace { get; init; }

    /// <summary>Gets the hash by which the key is found.</summary>
    public required ApiKeyHash Hash { get; init; }

    /// <summary>Gets the name for people, 1 to 200 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the name of the key's type, such as <see cref="ApiKeyTypes.Production"/>.</summary>
    public string Type { get; init; } = ApiKeyTypes.Production;

    /// <summary>
    /// Gets the person or service inside the workspace that the key belongs to: opaque, at most 200 characters. The value is null
    /// if the key belongs to the workspace itself.
    /// </summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets the name of the tier that the key holds, or null if it holds none.</summary>
    public string? Tier { get; init; }

    /// <summary>Gets the permissions that the key holds in addition to those of its tier.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>
    /// Gets the non-secret start of the secret, for lists and logs: <c>hp_live_k3J9…</c>. It is empty if the start is
    /// unknown.
    /// </summary>
    public string Hint { get; init; } = "";

    /// <summary>
    /// Gets a value that indicates whether the key is enabled. A disabled key is refused like a revoked one until it is enabled
    /// again. The default is true.
    /// </summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Gets the time when the key was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Gets the actor who created the key: the id of a key, or the host's name for an actor. The value is null if it is unknown.
    /// </summary>
    public string? CreatedBy { get; init; }

    /// <summary>Gets the time from which the key is expired, or null if it never expires.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// Gets a value that indicates whether an update moved the expiry to an earlier time. Such a key keeps its expiry when it
    /// rotates itself, instead of getting its lifetime again. The default is false.
    /// </summary>
    public bool IsExpiryShortened { get; init; }

    /// <summary>Gets the time when the key was last used, written in batches, or null if it was never used.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Gets the time when the key was revoked, or null if it was not. A revocation is final.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Gets the reason why the key was revoked, or null if none was given.</summary>
    public string? RevokedReason { get; init; }

    /// <summary>Gets the id of the key that this one replaced by rotation, or null if it replaced none.</summary>
    public string? Replaces { get; init; }

    /// <summary>Gets the id of the key that replaced this one by rotation, or null if none did.</summary>
    public string? ReplacedBy { get; init; }

    /// <summary>
    /// Gets the id of the first key of the rotation that this key belongs to, or null if that is this key. A family shares one
    /// quota.
    /// </summary>
    public string? Family { get; init; }

    /// <summary>
    /// Gets the addresses and CIDR networks that may use the key. If the list is empty, any address may use it.
    /// </summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Gets the key's own limits, all of which apply. An empty list means the limits of its type.</summary>
    public IReadOnlyList<RateLimit> RateLimits { get; init; } = [];

    /// <summary>Gets a JSON object of the host's, at most 4,096 bytes, or null if there is none.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>Gets the number of the key's version. It starts at 1 and grows by 1 with each change.</summary>
    public long Version { get; init; } = 1;

    /// <summary>Gets the status of the key at a time. Revoked counts before disabled, and disabled before expired.</summary>
    /// <param name="now">The time.</param>
    public ApiKeyStatus GetStatus(DateTimeOffset now)
        => RevokedAt is not null ? ApiKeyStatus.Revoked
            : !IsEnabled ? ApiKeyStatus.Disabled
            : now >= ExpiresAt ? ApiKeyStatus.Expired
            : ApiKeyStatus.Active;

    /// <summary>Returns the id and the hint, fit for a log.</summary>
    public override string ToString() => $"{Id} ({Hint})";
}

/// <summary>Specifies whether a key can be used.</summary>
public enum ApiKeyStatus
{
    /// <summary>The key can be used.</summary>
    Active,

    /// <summary>The key is suspended and can be enabled again.</summary>
    Disabled,

    /// <summary>The key's expiry has passed.</summary>
    Expired,

    /// <summary>The key was revoked.</summary>
    Revoked,
}
