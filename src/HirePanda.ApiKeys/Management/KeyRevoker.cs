namespace HirePanda.ApiKeys;

/// <summary>Revokes many keys, page by page.</summary>
internal sealed class KeyRevoker(ManagementStores stores, ChangeWriter changes, TimeProvider time)
{
    /// <summary>How often a revocation is tried against concurrent changes of the same key.</summary>
    public const int Attempts = 20;

    /// <summary>How many keys are read and revoked at once: a revocation of any size holds no more in memory.</summary>
    private const int Batch = 100;

    /// <summary>How many creators one query names.</summary>
    private const int MaxCreators = 500;

    /// <summary>Revokes every key of the actor's workspace, or of one owner, except the key that the actor acts with.</summary>
    public async Task<ApiKeyResult<int>> RevokeAllAsync(ApiKeyActor actor, string? owner, string? reason)
    {
        var (count, guard) = (0, actor.Guard(Timestamps.Now(time)));
        for (var pass = 0; pass < Attempts; pass++)
        {
            // Once more from the start until there is nothing left: a request that was under way may have created another key.
            var before = count;
            await foreach (
                var page in PagesAsync(
                    NewQuery(actor.Workspace) with { OwnerId = owner, ExcludeRevoked = true }).ConfigureAwait(false))
            {
                List<ApiKey> keys = [.. page.Where(key => key.Id != actor.Key?.Id)];
                if (keys.Count > 0 && await RevokeBatchAsync(actor, guard, keys, reason).ConfigureAwait(false) is { } stopped)
                {
                    return stopped;
                }

                count += keys.Count;

                // From here on the actor's key must only still be active.
                guard = guard is null ? null : guard with { Version = null, At = Timestamps.Now(time) };
            }

            if (count == before)
            {
                // Another process may have revoked some a moment ago, and they are not admitted here either.
                changes.ForgetWorkspace(actor.Workspace);
                return count;
            }
        }

        return ApiKeyFailure.Raced;
    }

    /// <summary>Revokes what a revoked key created, level by level: while a level is revoked, it creates nothing more.</summary>
    /// <returns>Why it stopped; null if all are revoked.</returns>
    public async Task<ApiKeyFailure?> RevokeDescendantsAsync(ApiKeyActor actor, ApiKey root, string? reason)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { root.Id };
        List<string> level = [root.Id];
        while (level.Count > 0)
        {
            var next = new List<string>();
            foreach (var creators in level.Chunk(MaxCreators))
            {
                await foreach (
                    var page in PagesAsync(
                        NewQuery(root.Workspace) with { OwnerId = actor.OwnerId, CreatedBy = creators }).ConfigureAwait(false))
                {
                    // One revocation that includes the actor's own key goes on without it.
                    var guard = actor.Key is null || seen.Contains(actor.Key.Id)
                        ? null
                        : actor.Guard(Timestamps.Now(time))! with { Version = null };
                    List<ApiKey> keys = [.. page.Where(key => key.RevokedAt is null)];
                    changes.ForgetBlocked(page);
                    if (keys.Count > 0 && await RevokeBatchAsync(actor, guard, keys, reason).ConfigureAwait(false) is { } stopped)
                    {
                        return stopped;
                    }

                    next.AddRange(page.Select(key => key.Id).Where(seen.Add));
                }
            }

            level = next;
        }

        return null;
    }

    /// <summary>
    /// Revokes a batch, and key by key if somebody changes one of them at the same time: nobody holds up an emergency by changing
    /// keys.
    /// </summary>
    /// <returns>Why it stopped; null if all are revoked.</returns>
    private async Task<ApiKeyFailure?> RevokeBatchAsync(
        ApiKeyActor actor, ApiKeyActorGuard? guard, List<ApiKey> keys, string? reason)
    {
        var result = await SaveAsync(actor, guard, keys, keys.ConvertAll(key => Revoked(key, reason))).ConfigureAwait(false);
        if (result == ApiKeySaveResult.VersionConflict)
        {
            foreach (var key in keys)
            {
                result = await RevokeCurrentAsync(actor, guard, key, reason).ConfigureAwait(false);
                if (result != ApiKeySaveResult.Saved)
                {
                    break;
                }

                if (key.Id == actor.Key?.Id)
                {
                    // The actor's own key is revoked now, and the rest follows without it.
                    guard = null;
                }
            }
        }

        return result switch
        {
            ApiKeySaveResult.Saved => null,
            ApiKeySaveResult.ActorChanged => ApiKeyFailure.ActorChanged,
            _ => ApiKeyFailure.Raced,
        };
    }

    /// <summary>Revokes one key as it is stored now; does nothing if somebody else has.</summary>
    private async Task<ApiKeySaveResult> RevokeCurrentAsync(
        ApiKeyActor actor, ApiKeyActorGuard? guard, ApiKey key, string? reason)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await stores.Keys.GetKeyAsync(key.Workspace, key.Id, CancellationToken.None).ConfigureAwait(false)
                is not { } current)
            {
                return ApiKeySaveResult.Saved;
            }

            if (current.RevokedAt is not null)
            {
                changes.ForgetBlocked([current]);
                return ApiKeySaveResult.Saved;
            }

            var result = await SaveAsync(actor, guard, [current], [Revoked(current, reason)]).ConfigureAwait(false);
            if (result != ApiKeySaveResult.VersionConflict)
            {
                return result;
            }
        }

        return ApiKeySaveResult.VersionConflict;
    }

    /// <summary>Gets a key as it is once it is revoked.</summary>
    public ApiKey Revoked(ApiKey key, string? reason)
        => key with { RevokedAt = Timestamps.Now(time), RevokedReason = reason, Version = key.Version + 1 };

    public Task<ApiKeySaveResult> SaveAsync(ApiKeyActor actor, ApiKeyActorGuard? guard, List<ApiKey> keys, List<ApiKey> revoked)
        => changes.SaveAsync(
            new ApiKeyChangeSet
            {
                Actor = guard,
                Updated = revoked,
                Audit =
                [
                    .. keys.Zip(
                        revoked, (before, after) => AuditEntries.Key(actor, "key.revoke", after.RevokedAt!.Value, before, after)),
                ],
            },
            CancellationToken.None);

    /// <summary>Reads a list page by page.</summary>
    private async IAsyncEnumerable<IReadOnlyList<ApiKey>> PagesAsync(ApiKeyQuery query)
    {
        IReadOnlyList<ApiKey> page;
        do
        {
            page = await stores.Keys.ListKeysAsync(query, CancellationToken.None).ConfigureAwait(false);
            if (page.Count > 0)
            {
                yield return page;
                query = query with { After = new ApiKeyPageToken { At = page[^1].CreatedAt, Id = page[^1].Id } };
            }
        }
        while (page.Count == query.Limit);
    }

    private ApiKeyQuery NewQuery(string workspace) => new() { Workspace = workspace, Limit = Batch, Now = Timestamps.Now(time) };
}
