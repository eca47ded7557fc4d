namespace HirePanda.ApiKeys.Stores;

/// <summary>
/// Keeps keys, the settings of workspaces, and the audit log. Management and workspace allowlists need it. The keys that it
/// stores are the keys that <see cref="IApiKeyStore"/> finds, so one class usually implements both.
/// </summary>
public interface IApiKeyManagementStore
{
    /// <summary>Gets one key of a workspace.</summary>
    /// <param name="workspace">The workspace. A key of another workspace is not found.</param>
    /// <param name="id">The id of the key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The key, or null if the workspace has no key with that id.</returns>
    ValueTask<ApiKey?> GetKeyAsync(string workspace, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Lists keys, newest first: by <see cref="ApiKey.CreatedAt"/>, then by <see cref="ApiKey.Id"/> (ordinal), both descending.
    /// </summary>
    /// <param name="query">Which keys to list.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>At most <see cref="ApiKeyQuery.Limit"/> keys.</returns>
    ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(ApiKeyQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Lists keys of all workspaces that are active, not replaced by rotation, and about to expire or old, ordered by id
    /// (ordinal).
    /// </summary>
    /// <param name="query">Which keys to list.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>At most <see cref="ApiKeyReminderQuery.Limit"/> keys.</returns>
    ValueTask<IReadOnlyList<ApiKey>> ListReminderKeysAsync(ApiKeyReminderQuery query, CancellationToken cancellationToken);

    /// <summary>Gets the names of keys.</summary>
    /// <param name="workspace">The workspace. Keys of other workspaces are left out.</param>
    /// <param name="ids">The ids of the keys.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The names by id, of the keys that exist.</returns>
    ValueTask<IReadOnlyDictionary<string, string>> GetKeyNamesAsync(
        string workspace, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Gets the settings of a workspace.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The settings, or null if none are stored.</returns>
    ValueTask<ApiKeyWorkspace?> GetWorkspaceAsync(string workspace, CancellationToken cancellationToken);

    /// <summary>
    /// Lists audit entries, newest first: by <see cref="ApiKeyAuditEntry.At"/>, then by <see cref="ApiKeyAuditEntry.Id"/>
    /// (ordinal), both descending.
    /// </summary>
    /// <param name="query">Which entries to list.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>At most <see cref="ApiKeyAuditQuery.Limit"/> entries.</returns>
    ValueTask<IReadOnlyList<ApiKeyAuditEntry>> ListAuditAsync(ApiKeyAuditQuery query, CancellationToken cancellationToken);

    /// <summary>Stores a change, all of it or nothing.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// <see cref="ApiKeySaveResult.ActorChanged"/> if the stored key of <see cref="ApiKeyChangeSet.Actor"/> does not satisfy the
    /// guard, which is decided first; <see cref="ApiKeySaveResult.VersionConflict"/> if the stored version of an updated key or
    /// of the workspace is not the new version minus one; <see cref="ApiKeySaveResult.Duplicate"/> if the id or hash of an added
    /// key exists; <see cref="ApiKeySaveResult.WorkspaceNotEmpty"/> if the workspace has keys although
    /// <see cref="ApiKeyChangeSet.RequireNoKeys"/> is true; <see cref="ApiKeySaveResult.LimitReached"/> if there would be more
    /// keys than <see cref="ApiKeyChangeSet.MaxActiveKeys"/>; otherwise, <see cref="ApiKeySaveResult.Saved"/>.
    /// </returns>
    ValueTask<ApiKeySaveResult> SaveAsync(ApiKeyChangeSet change, CancellationToken cancellationToken);

    /// <summary>
    /// Stores when keys were last used. A stored time never moves backwards, and the version of a key does not change.
    /// </summary>
    /// <param name="lastUsed">The times by key id.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that represents the write.</returns>
    ValueTask SaveLastUsedAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken);
}
