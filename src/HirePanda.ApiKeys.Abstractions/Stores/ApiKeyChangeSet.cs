namespace HirePanda.ApiKeys.Stores;

/// <summary>What one call of management changes. A store writes all of it in one transaction, or nothing.</summary>
public sealed record ApiKeyChangeSet
{
    /// <summary>Gets the keys to add. Each has version 1. The default is none.</summary>
    public IReadOnlyList<ApiKey> Added { get; init; } = [];

    /// <summary>
    /// Gets the keys that replace the stored keys of the same id. The stored version must be one less. The stored
    /// <see cref="ApiKey.LastUsedAt"/> is kept. The default is none.
    /// </summary>
    public IReadOnlyList<ApiKey> Updated { get; init; } = [];

    /// <summary>
    /// Gets the settings that replace the stored settings of a workspace, or null if they do not change. The stored version must
    /// be one less; where nothing is stored, it counts as 0.
    /// </summary>
    public ApiKeyWorkspace? Workspace { get; init; }

    /// <summary>
    /// Gets the key that the actor acts with and that must still be as it was evaluated, or null if the actor is not a key.
    /// </summary>
    public ApiKeyActorGuard? Actor { get; init; }

    /// <summary>
    /// Gets the largest number of keys that the workspace of <see cref="Added"/> may have after the change, or null for no limit.
    /// Keys count unless they are revoked, or have expired at the time the first added key was created. Disabled keys count too,
    /// because they can be enabled again.
    /// </summary>
    public int? MaxActiveKeys { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the change is stored only if the workspace of <see cref="Added"/> has no keys, not
    /// even revoked ones. The store decides this in the transaction of the change. The default is false.
    /// </summary>
    public bool RequireNoKeys { get; init; }

    /// <summary>Gets the entries to append to the audit log. The default is none.</summary>
    public IReadOnlyList<ApiKeyAuditEntry> Audit { get; init; } = [];
}
