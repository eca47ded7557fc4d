namespace HirePanda.ApiKeys;

/// <content>Revocation, alone or with all that a key has created.</content>
public sealed partial class ApiKeyManager
{
    private const int MaxReasonLength = 500;
    private const int RevokeAttempts = 10;

    /// <summary>Revokes a key for good: once this returns, this process admits nothing more with it. Revoking twice changes nothing.</summary>
    /// <param name="actor">Who revokes it.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="reason">Why, at most 500 characters; null: not said.</param>
    /// <param name="cascade">Whether every key that this key created, and those they created, are revoked too.</param>
    /// <param name="expectedVersion">The version that the actor saw; null: whichever there is.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKey>> RevokeAsync(
        ApiKeyActor actor, string id, string? reason = null, bool cascade = false, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        if (reason?.Length > MaxReasonLength)
        {
            return ApiKeyError.InvalidRequest(new ApiKeyErrorDetail("reason", $"must have at most {MaxReasonLength} characters"));
        }

        for (var attempt = 0; attempt < RevokeAttempts; attempt++)
        {
            var found = await GetAsync(actor, id, cancellationToken).ConfigureAwait(false);
            if (!found.Succeeded)
            {
                return found;
            }

            if (expectedVersion is { } version && version != found.Value.Version)
            {
                return ApiKeyError.PreconditionFailed;
            }

            var keys = cascade
                ? await WithDescendantsAsync(found.Value, cancellationToken).ConfigureAwait(false)
                : [found.Value];
            var now = Timestamps.Now(_time);
            var revoked = keys.Where(key => key.RevokedAt is null)
                .Select(key => key with { RevokedAt = now, RevokedReason = reason, Version = key.Version + 1 }).ToList();
            if (revoked.Count == 0)
            {
                return found;
            }

            if (await SaveAsync(new ApiKeyChange { Updated = revoked }, cancellationToken).ConfigureAwait(false))
            {
                return revoked.Find(key => key.Id == id) ?? found.Value;
            }
        }

        return Raced;
    }

    private async Task<List<ApiKey>> WithDescendantsAsync(ApiKey root, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, ApiKey>(StringComparer.Ordinal) { [root.Id] = root };
        var open = new Queue<ApiKey>([root]);
        while (open.TryDequeue(out var creator))
        {
            ApiKeyPosition? after = null;
            IReadOnlyList<ApiKey> page;
            do
            {
                var query = new ApiKeyQuery
                {
                    Workspace = root.Workspace,
                    CreatedBy = creator.Id,
                    After = after,
                    Limit = 200,
                    Now = Timestamps.Now(_time),
                };
                page = await Store.ListAsync(query, cancellationToken).ConfigureAwait(false);
                foreach (var key in page.Where(key => all.TryAdd(key.Id, key)))
                {
                    open.Enqueue(key);
                }

                after = page.Count == 0 ? null : new ApiKeyPosition(page[^1].CreatedAt, page[^1].Id);
            }
            while (page.Count == 200);
        }

        return [.. all.Values];
    }
}
