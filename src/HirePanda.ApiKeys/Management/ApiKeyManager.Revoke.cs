namespace HirePanda.ApiKeys;

/// <content>Revocation: of one key, of all that it created, of a whole workspace.</content>
public sealed partial class ApiKeyManager
{
    private const int MaxReasonLength = 500;
    private const int RevokeAttempts = 20;
    private const int RevokeBatch = 100;

    /// <summary>Revokes a key for good: once this returns, this process admits nothing more with it. Revoking twice changes nothing.</summary>
    /// <param name="actor">Who revokes it.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="reason">Why, at most 500 characters; null: not said.</param>
    /// <param name="cascade">Whether every key that this key created, and those they created, are revoked too.</param>
    /// <param name="expectedVersions">The versions of which the actor saw one, any of which will do; empty: none will; null: whichever there is.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
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

        var isRevoked = false;
        for (var stuck = 0; stuck < RevokeAttempts;)
        {
            var found = await GetAsync(actor, id, cancellationToken).ConfigureAwait(false);
            if (!found.Succeeded)
            {
                return found;
            }

            // Who repeats a revocation has what they wanted (RFC 9110, section 13.1.1).
            isRevoked |= found.Value.RevokedAt is not null;
            if (!isRevoked && expectedVersions?.Contains(found.Value.Version) == false)
            {
                return ApiKeyError.PreconditionFailed;
            }

            var keys = cascade ? await WithDescendantsAsync(found.Value, cancellationToken).ConfigureAwait(false) : [found.Value];
            keys.RemoveAll(key => key.RevokedAt is not null);
            if (keys.Count == 0)
            {
                return found;
            }

            // Then once more: a request that was under way may have created another key meanwhile.
            var revoked = await RevokeSomeAsync(actor, keys, reason, cancellationToken).ConfigureAwait(false);
            isRevoked |= revoked.Exists(key => key.Id == id);
            stuck = revoked.Count > 0 ? 0 : stuck + 1;
        }

        return Raced;
    }

    /// <summary>Revokes every key of the actor's workspace but the one that it acts with: for emergencies.</summary>
    /// <param name="actor">Who revokes them.</param>
    /// <param name="reason">Why, at most 500 characters; null: not said.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The keys that were revoked.</returns>
    public async Task<ApiKeyResult<IReadOnlyList<ApiKey>>> RevokeAllAsync(
        ApiKeyActor actor, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (CheckReason(reason) is { } error)
        {
            return error;
        }

        var all = new List<ApiKey>();
        for (var stuck = 0; stuck < RevokeAttempts;)
        {
            var keys = await AllAsync(NewQuery(actor.Workspace), cancellationToken).ConfigureAwait(false);
            keys.RemoveAll(key => key.RevokedAt is not null || key.Id == actor.KeyId);
            if (keys.Count == 0)
            {
                return all;
            }

            var revoked = await RevokeSomeAsync(actor, keys, reason, cancellationToken).ConfigureAwait(false);
            all.AddRange(revoked);
            stuck = revoked.Count > 0 ? 0 : stuck + 1;
        }

        return Raced;
    }

    private static ApiKeyError? CheckReason(string? reason)
        => reason?.Length > MaxReasonLength || reason?.Contains('\0', StringComparison.Ordinal) == true
            ? ApiKeyError.InvalidRequest(new ApiKeyErrorDetail("reason", $"must have at most {MaxReasonLength} characters, none of them U+0000"))
            : null;

    /// <summary>
    /// Revokes in batches, and key by key where somebody changes one of a batch meanwhile: nobody holds up an emergency by changing
    /// keys all the time.
    /// </summary>
    /// <returns>The keys that were revoked.</returns>
    private async Task<List<ApiKey>> RevokeSomeAsync(ApiKeyActor actor, List<ApiKey> keys, string? reason, CancellationToken cancellationToken)
    {
        var revoked = new List<ApiKey>();
        foreach (var batch in keys.Chunk(RevokeBatch))
        {
            if (await TryRevokeAsync(actor, batch, reason, cancellationToken).ConfigureAwait(false))
            {
                revoked.AddRange(batch);
                continue;
            }

            foreach (var key in batch)
            {
                var current = await Store.GetAsync(key.Workspace, key.Id, cancellationToken).ConfigureAwait(false);
                if (current is { RevokedAt: null } && await TryRevokeAsync(actor, [current], reason, cancellationToken).ConfigureAwait(false))
                {
                    revoked.Add(current);
                }
            }
        }

        return revoked;
    }

    private async Task<bool> TryRevokeAsync(ApiKeyActor actor, ApiKey[] keys, string? reason, CancellationToken cancellationToken)
    {
        var now = Timestamps.Now(_time);
        var revoked = Array.ConvertAll(keys, key => key with { RevokedAt = now, RevokedReason = reason, Version = key.Version + 1 });
        var change = new ApiKeyChange
        {
            Updated = revoked,
            Audit = [.. keys.Zip(revoked, (before, after) => AuditEntries.Key(actor, "key.revoke", now, before, after))],
        };
        return await SaveAsync(change, cancellationToken).ConfigureAwait(false);
    }

    private async Task<List<ApiKey>> WithDescendantsAsync(ApiKey root, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, ApiKey>(StringComparer.Ordinal) { [root.Id] = root };
        var open = new Queue<ApiKey>([root]);
        while (open.TryDequeue(out var creator))
        {
            var created = await AllAsync(NewQuery(root.Workspace) with { CreatedBy = creator.Id }, cancellationToken).ConfigureAwait(false);
            foreach (var key in created.Where(key => all.TryAdd(key.Id, key)))
            {
                open.Enqueue(key);
            }
        }

        return [.. all.Values];
    }

    private async Task<List<ApiKey>> AllAsync(ApiKeyQuery query, CancellationToken cancellationToken)
    {
        var all = new List<ApiKey>();
        IReadOnlyList<ApiKey> page;
        do
        {
            page = await Store.ListAsync(query, cancellationToken).ConfigureAwait(false);
            all.AddRange(page);
            query = query with { After = page.Count == 0 ? null : new ApiKeyPosition(page[^1].CreatedAt, page[^1].Id) };
        }
        while (page.Count == query.Limit);

        return all;
    }

    private ApiKeyQuery NewQuery(string workspace) => new() { Workspace = workspace, Limit = 1000, Now = Timestamps.Now(_time) };
}
