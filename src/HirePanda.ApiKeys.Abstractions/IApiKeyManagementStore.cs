namespace HirePanda.ApiKeys;

/// <summary>What managing keys needs on top of finding them.</summary>
public interface IApiKeyManagementStore : IApiKeyStore
{
    /// <summary>Gets one key of a workspace.</summary>
    /// <param name="workspace">The workspace; a key of another one is not found.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The key, or null when this workspace has none with that id.</returns>
    ValueTask<ApiKey?> GetAsync(string workspace, string id, CancellationToken cancellationToken);

    /// <summary>Lists keys, newest first: by <see cref="ApiKey.CreatedAt"/>, then by <see cref="ApiKey.Id"/> (ordinal), both descending.</summary>
    /// <param name="query">Which keys, after which one, and how many at most.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>At most <see cref="ApiKeyQuery.Limit"/> keys.</returns>
    ValueTask<IReadOnlyList<ApiKey>> ListAsync(ApiKeyQuery query, CancellationToken cancellationToken);

    /// <summary>Gets the names of keys, and nothing else of them.</summary>
    /// <param name="workspace">The workspace; keys of another one are left out.</param>
    /// <param name="ids">The ids of the keys.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Names by id, for the keys that exist.</returns>
    ValueTask<IReadOnlyDictionary<string, string>> GetNamesAsync(string workspace, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Gets the settings of a workspace.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The settings, or null when none were ever stored.</returns>
    ValueTask<ApiKeyWorkspace?> GetWorkspaceAsync(string workspace, CancellationToken cancellationToken);

    /// <summary>Lists audit entries, newest first: by <see cref="ApiKeyAuditEntry.At"/>, then by <see cref="ApiKeyAuditEntry.Id"/> (ordinal), both descending.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="after">Only entries that come after this one in the list's order; null: from the start.</param>
    /// <param name="limit">The largest number of entries to return, at least 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<ApiKeyAuditEntry>> ListAuditAsync(string workspace, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken);

    /// <summary>Stores a change, all of it or nothing.</summary>
    /// <param name="change">What to add and what to replace.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// <see cref="ApiKeySaveResult.ActorChanged"/> if the stored key of <see cref="ApiKeyChangeSet.Actor"/> does not satisfy the guard, which is
    /// decided first; <see cref="ApiKeySaveResult.VersionConflict"/> if the stored version of an updated key or of the workspace is not the
    /// new one minus one; <see cref="ApiKeySaveResult.Duplicate"/> if the id or hash of an added key exists;
    /// <see cref="ApiKeySaveResult.WorkspaceNotEmpty"/> if the workspace has keys against <see cref="ApiKeyChangeSet.RequireNoKeys"/>;
    /// <see cref="ApiKeySaveResult.LimitReached"/> if there would be more active keys than <see cref="ApiKeyChangeSet.MaxActiveKeys"/>;
    /// otherwise <see cref="ApiKeySaveResult.Saved"/>.
    /// </returns>
    ValueTask<ApiKeySaveResult> SaveAsync(ApiKeyChangeSet change, CancellationToken cancellationToken);

    /// <summary>Notes when keys were last used; never moves a time backwards, and counts as no change of a key.</summary>
    /// <param name="lastUsed">Key ids and times.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    ValueTask SaveLastUsedAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken);
}
