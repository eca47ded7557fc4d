namespace HirePanda.ApiKeys;

/// <summary>Stores changes, and tells this process what it has to forget.</summary>
internal sealed class ChangeWriter(ManagementStores stores, ChangeEvents events, TimeProvider time)
{
    /// <summary>Stores a change, unless the actor's key is no longer as it was evaluated.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="change">The change.</param>
    /// <param name="expectedVersions">The versions that the caller expects, or null if any version will do.</param>
    /// <param name="cancellationToken">Cancels the call before the change is stored.</param>
    /// <param name="duplicate">The failure if an added key is stored already, or null for the one that names the secret.</param>
    /// <returns>Why nothing was stored, or null if it was.</returns>
    public async Task<ApiKeyFailure?> SaveAsync(
        ApiKeyActor actor,
        ApiKeyChangeSet change,
        IReadOnlyCollection<long>? expectedVersions,
        CancellationToken cancellationToken,
        ApiKeyFailure? duplicate = null)
        => await SaveAsync(
            change with { Actor = actor.Guard(Timestamps.Now(time)) }, cancellationToken).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved => null,
            ApiKeySaveResult.ActorChanged => ApiKeyFailure.ActorChanged,
            ApiKeySaveResult.LimitReached => ApiKeyFailure.Conflict(
                $"The workspace has {change.MaxActiveKeys} active API keys, the most it may have: revoke some first"),
            ApiKeySaveResult.Duplicate => duplicate ?? ApiKeyFailure.Conflict("There is an API key with this secret already"),

            // A caller that sent a precondition is told that it no longer holds.
            _ => expectedVersions is null ? ApiKeyFailure.Raced : ApiKeyFailure.PreconditionFailed,
        };

    /// <summary>Stores a change.</summary>
    public async Task<ApiKeySaveResult> SaveAsync(ApiKeyChangeSet change, CancellationToken cancellationToken)
    {
        try
        {
            // A change that has started does not stop because the caller disconnects.
            cancellationToken.ThrowIfCancellationRequested();
            return await stores.Keys.SaveAsync(change, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            // Also after a failure, because the change may have been committed.
            events.Raise(change);
        }
    }

    /// <summary>
    /// Forgets keys that another process may have revoked or disabled a moment ago. A key that is answered as revoked or disabled
    /// is not admitted here either.
    /// </summary>
    public void ForgetBlocked(IEnumerable<ApiKey> keys)
    {
        List<ApiKey> blocked = [.. keys.Where(key => key.RevokedAt is not null || !key.IsEnabled)];
        if (blocked.Count > 0)
        {
            events.Raise(new ApiKeyChangeSet { Updated = blocked });
        }
    }

    /// <summary>Forgets every key of a workspace.</summary>
    public void ForgetWorkspace(string workspace)
        => events.Raise(new ApiKeyChangeSet { Workspace = new ApiKeyWorkspace { Id = workspace } });
}
