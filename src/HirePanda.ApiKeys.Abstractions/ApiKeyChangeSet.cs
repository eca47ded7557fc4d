using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>What one call of management changes, to be stored as one transaction.</summary>
public sealed record ApiKeyChangeSet
{
    /// <summary>Keys to add; each has version 1.</summary>
    public IReadOnlyList<ApiKey> Added { get; init; } = [];

    /// <summary>Keys that replace the stored one of the same id, whose version must be one less. <see cref="ApiKey.LastUsedAt"/> stays as stored.</summary>
    public IReadOnlyList<ApiKey> Updated { get; init; } = [];

    /// <summary>Settings that replace the stored ones, whose version must be one less (none stored: 0); null: unchanged.</summary>
    public ApiKeyWorkspace? Workspace { get; init; }

    /// <summary>The key that the actor acts with and that must still be as it was evaluated; null if the actor is not a key.</summary>
    public ApiKeyActorGuard? Actor { get; init; }

    /// <summary>
    /// The largest number of usable keys that the workspace of <see cref="Added"/> may have once this is stored, judged at the time the
    /// first of them was created; null for no limit. Keys that are neither revoked nor expired count. Disabled keys count too, because
    /// they can be enabled again.
    /// </summary>
    public int? MaxActiveKeys { get; init; }

    /// <summary>
    /// Whether the change is stored only if the workspace of <see cref="Added"/> has no keys, not even revoked ones. The store decides this
    /// in the transaction of the change. The default is false.
    /// </summary>
    public bool RequireNoKeys { get; init; }

    /// <summary>Entries to append to the audit.</summary>
    public IReadOnlyList<ApiKeyAuditEntry> Audit { get; init; } = [];
}

/// <summary>
/// The key that an actor acts with, as it was evaluated. A store compares it in the transaction of the change, so that no request outlives
/// the rights it began with.
/// </summary>
public sealed record ApiKeyActorGuard
{
    /// <summary>The id of the key.</summary>
    public required string KeyId { get; init; }

    /// <summary>The version that the stored key must have; null if any version will do.</summary>
    public long? Version { get; init; }

    /// <summary>The time at which the stored key must be active: not revoked, disabled, or expired.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Determines whether the stored key still satisfies the guard.</summary>
    /// <param name="key">The stored key, or null if there is none.</param>
    public bool IsSatisfiedBy(ApiKey? key)
        => key is not null && key.Id == KeyId && (Version is null || key.Version == Version) && key.GetStatus(At) == ApiKeyStatus.Active;
}

/// <summary>The outcome of storing a change. Anything but <see cref="Saved"/> means that nothing was stored.</summary>
public enum ApiKeySaveResult
{
    /// <summary>A stored version is not the one that the change is based on: another change came first.</summary>
    VersionConflict,

    /// <summary>The id or the hash of an added key exists.</summary>
    Duplicate,

    /// <summary>The actor's key does not satisfy the <see cref="ApiKeyActorGuard"/>: it was revoked, was disabled, has expired, was changed, or is gone.</summary>
    ActorChanged,

    /// <summary>The workspace has keys, but the change requires that it has none.</summary>
    WorkspaceNotEmpty,

    /// <summary>The workspace would have more than it may have.</summary>
    LimitReached,

    /// <summary>The workspace does not have what the change is about.</summary>
    NotFound,

    /// <summary>All of the change was stored.</summary>
    Saved,
}

/// <summary>The settings of a workspace.</summary>
public sealed record ApiKeyWorkspace
{
    /// <summary>The workspace.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the workspace's keys may be used from <see cref="AllowedNetworks"/> alone.</summary>
    public bool AllowlistEnabled { get; init; }

    /// <summary>Whether an enabled allowlist only reports whom it would have refused.</summary>
    public bool AllowlistReportOnly { get; init; }

    /// <summary>Addresses and CIDR networks; where the list is enabled, an empty one admits nobody.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Counts the changes, from 1.</summary>
    public long Version { get; init; } = 1;
}

/// <summary>Who did what, or tried to; never changed, never deleted.</summary>
public sealed record ApiKeyAuditEntry
{
    /// <summary>The entry's id: opaque and unique.</summary>
    public required string Id { get; init; }

    /// <summary>The workspace that it belongs to.</summary>
    public required string Workspace { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who: a key's id, or whatever the host's own actors are called.</summary>
    public required string Actor { get; init; }

    /// <summary>What: <c>key.create</c>, <c>key.update</c>, …; an attempt that was refused ends in <c>.refused</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The key that it was done to; null: none.</summary>
    public string? KeyId { get; init; }

    /// <summary>What it was like before, without secret and hash; null: it was not.</summary>
    public JsonElement? Before { get; init; }

    /// <summary>What it is like now, without secret and hash; null: it is not.</summary>
    public JsonElement? After { get; init; }

    /// <summary>The actor's address; null: unknown.</summary>
    public string? Address { get; init; }
}
