namespace HirePanda.ApiKeys;

/// <content>Revocation: of one key, of all that it created, of a whole workspace.</content>
public sealed partial class ApiKeyManager
{
    private const int MaxReasonLength = 500;
    private const int RevokeAttempts = 20;

    /// <summary>How many keys are read and revoked at once: a revocation of any size holds no more in memory.</summary>
    private const int RevokeBatch = 100;

    /// <summary>How many creators one query names.</summary>
    private const int MaxCreators = 500;

    /// <summary>
    /// Revokes a key for good: once this returns, this process admits nothing more with it. Revoking twice changes nothing. The key itself
    /// comes first, then what it created, level by level. Once the key is revoked, the call runs to its end, also if it is cancelled.
    /// </summary>
    /// <param name="actor">Who revokes it.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="reason">Why, at most 500 characters; null: not said.</param>
    /// <param name="cascade">Whether every key that this key created, and those they created, are revoked too.</param>
    /// <param name="expectedVersions">The versions of which the actor saw one, any of which will do; empty: none will; null: whichever there is.</param>
    /// <param name="cancellationToken">Cancels the call before anything is revoked.</param>
    public async Task<ApiKeyResult<ApiKey>> RevokeAsync(
        ApiKeyActor actor,
        string id,
        string? reason = null,
        bool cascade = false,
        IReadOnlyCollection<long>? expectedVersions = null,
        CancellationToken cancellationToken = default)
    {
        if (CheckReason(reason) is { } error)
        {
            return error;
        }

        var revoked = await RevokeOneAsync(actor, id, reason, expectedVersions, cancellationToken).ConfigureAwait(false);
        return revoked.Succeeded && cascade && await RevokeDescendantsAsync(actor, revoked.Value, reason).ConfigureAwait(false) is { } stopped
            ? stopped
            : revoked;
    }

    /// <summary>Revokes every key of the actor's workspace but the one that it acts with: for emergencies.</summary>
    /// <param name="actor">Who revokes them.</param>
    /// <param name="reason">Why, at most 500 characters; null: not said.</param>
    /// <param name="cancellationToken">Cancels the call before anything is revoked.</param>
    /// <returns>How many keys were revoked.</returns>
    public async Task<ApiKeyResult<int>> RevokeAllAsync(ApiKeyActor actor, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (CheckReason(reason) is { } error)
        {
            return error;
        }

        cancellationToken.ThrowIfCancellationRequested();
        var (count, guard) = (0, actor.Guard(Timestamps.Now(_time)));
        for (var pass = 0; pass < RevokeAttempts; pass++)
        {
            // Once more from the start until there is nothing left: a request that was under way may have created another key.
            var before = count;
            await foreach (var page in PagesAsync(NewQuery(actor.Workspace) with { ExcludeRevoked = true }).ConfigureAwait(false))
            {
                List<ApiKey> keys = [.. page.Where(key => key.Id != actor.Key?.Id)];
                if (keys.Count > 0 && await RevokeBatchAsync(actor, guard, keys, reason).ConfigureAwait(false) is { } stopped)
                {
                    return stopped;
                }

                count += keys.Count;

                // From here on the actor's key must only still be active.
                guard = guard is null ? null : guard with { Version = null, At = Timestamps.Now(_time) };
            }

            if (count == before)
            {
                // Another process may have revoked some a moment ago, and they are not admitted here either.
                _events.Raise(new ApiKeyChange { Workspace = new ApiKeyWorkspace { Id = actor.Workspace } });
                return count;
            }
        }

        return Raced;
    }

    private static ApiKeyError? CheckReason(string? reason)
        => reason is not null && (reason.Length > MaxReasonLength || !Characters.AreText(reason))
            ? ApiKeyError.InvalidRequest(new ApiKeyErrorDetail("reason", $"must have at most {MaxReasonLength} characters, none of them a control character"))
            : null;

    private async Task<ApiKeyResult<ApiKey>> RevokeOneAsync(
        ApiKeyActor actor, string id, string? reason, IReadOnlyCollection<long>? expectedVersions, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < RevokeAttempts; attempt++)
        {
            if (await FindAsync(actor, id, cancellationToken).ConfigureAwait(false) is not { } key)
            {
                return await RefuseAsync(actor, "key.revoke", id).ConfigureAwait(false);
            }

            if (key.RevokedAt is not null)
            {
                // A caller that repeats a revocation has what it wanted, whatever its precondition (RFC 9110, section 13.1.1).
                return key;
            }

            if (expectedVersions?.Contains(key.Version) == false)
            {
                return ApiKeyError.PreconditionFailed;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var revoked = Revoked(key, reason);
            switch (await SaveRevokedAsync(actor, actor.Guard(Timestamps.Now(_time)), [key], [revoked]).ConfigureAwait(false))
            {
                case ApiKeySaveResult.Saved:
                    return revoked;
                case ApiKeySaveResult.ActorChanged:
                    return ApiKeyError.ActorChanged;
            }
        }

        return Raced;
    }

    /// <summary>Revokes what a revoked key created, level by level: while a level is revoked, it creates nothing more.</summary>
    /// <returns>Why it stopped; null if all are revoked.</returns>
    private async Task<ApiKeyError?> RevokeDescendantsAsync(ApiKeyActor actor, ApiKey root, string? reason)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { root.Id };
        List<string> level = [root.Id];
        while (level.Count > 0)
        {
            var next = new List<string>();
            foreach (var creators in level.Chunk(MaxCreators))
            {
                await foreach (var page in PagesAsync(NewQuery(root.Workspace) with { CreatedBy = creators }).ConfigureAwait(false))
                {
                    // One revocation that includes the actor's own key goes on without it.
                    var guard = actor.Key is null || seen.Contains(actor.Key.Id) ? null : actor.Guard(Timestamps.Now(_time))! with { Version = null };
                    List<ApiKey> keys = [.. page.Where(key => key.RevokedAt is null)];
                    ForgetRevoked(page);
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
    /// Revokes a batch, and key by key if somebody changes one of them at the same time: nobody holds up an emergency by changing keys.
    /// </summary>
    /// <returns>Why it stopped; null if all are revoked.</returns>
    private async Task<ApiKeyError?> RevokeBatchAsync(ApiKeyActor actor, ApiKeyActorGuard? guard, List<ApiKey> keys, string? reason)
    {
        var result = await SaveRevokedAsync(actor, guard, keys, keys.ConvertAll(key => Revoked(key, reason))).ConfigureAwait(false);
        if (result == ApiKeySaveResult.VersionConflict)
        {
            foreach (var key in keys)
            {
                result = await RevokeCurrentAsync(actor, guard, key, reason).ConfigureAwait(false);
                if (result != ApiKeySaveResult.Saved)
                {
                    break;
                }
            }
        }

        return result switch
        {
            ApiKeySaveResult.Saved => null,
            ApiKeySaveResult.ActorChanged => ApiKeyError.ActorChanged,
            _ => Raced,
        };
    }

    /// <summary>Revokes one key as it is stored now; does nothing if somebody else has.</summary>
    private async Task<ApiKeySaveResult> RevokeCurrentAsync(ApiKeyActor actor, ApiKeyActorGuard? guard, ApiKey key, string? reason)
    {
        for (var attempt = 0; attempt < RevokeAttempts; attempt++)
        {
            var current = await Store.GetAsync(key.Workspace, key.Id, CancellationToken.None).ConfigureAwait(false);
            ForgetRevoked([current]);
            if (current is not { RevokedAt: null })
            {
                return ApiKeySaveResult.Saved;
            }

            var result = await SaveRevokedAsync(actor, guard, [current], [Revoked(current, reason)]).ConfigureAwait(false);
            if (result != ApiKeySaveResult.VersionConflict)
            {
                return result;
            }
        }

        return ApiKeySaveResult.VersionConflict;
    }

    /// <summary>Forgets what another process may have just revoked: a key that is answered as revoked is not admitted here.</summary>
    private void ForgetRevoked(IReadOnlyList<ApiKey?> keys)
    {
        List<ApiKey> revoked = [.. keys.OfType<ApiKey>().Where(key => key.RevokedAt is not null)];
        if (revoked.Count > 0)
        {
            _events.Raise(new ApiKeyChange { Updated = revoked });
        }
    }

    private ApiKey Revoked(ApiKey key, string? reason)
        => key with { RevokedAt = Timestamps.Now(_time), RevokedReason = reason, Version = key.Version + 1 };

    private Task<ApiKeySaveResult> SaveRevokedAsync(ApiKeyActor actor, ApiKeyActorGuard? guard, List<ApiKey> keys, List<ApiKey> revoked)
        => SaveAsync(
            new ApiKeyChange
            {
                Actor = guard,
                Updated = revoked,
                Audit = [.. keys.Zip(revoked, (before, after) => AuditEntries.Key(actor, "key.revoke", after.RevokedAt!.Value, before, after))],
            },
            CancellationToken.None);

    /// <summary>Reads a list page by page.</summary>
    private async IAsyncEnumerable<IReadOnlyList<ApiKey>> PagesAsync(ApiKeyQuery query)
    {
        IReadOnlyList<ApiKey> page;
        do
        {
            page = await Store.ListAsync(query, CancellationToken.None).ConfigureAwait(false);
            if (page.Count > 0)
            {
                yield return page;
                query = query with { After = new ApiKeyPosition(page[^1].CreatedAt, page[^1].Id) };
            }
        }
        while (page.Count == query.Limit);
    }

    private ApiKeyQuery NewQuery(string workspace) => new() { Workspace = workspace, Limit = RevokeBatch, Now = Timestamps.Now(_time) };
}
