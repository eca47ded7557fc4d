namespace HirePanda.ApiKeys;

/// <content>Revocation: of one key, of all that it created, of a whole workspace.</content>
public sealed partial class ApiKeyManager
{
    private const int MaxReasonLength = 500;

    /// <summary>
    /// Revokes a key for good: once this returns, this process admits nothing more with it. Revoking twice changes nothing. The
    /// key itself comes first, then what it created, level by level. Once the key is revoked, the call runs to its end, also if
    /// it is cancelled.
    /// </summary>
    /// <param name="actor">The actor.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="reason">Why, at most 500 characters, or null if no reason is given.</param>
    /// <param name="cascade">Whether every key that this key created, and those they created, are revoked too.</param>
    /// <param name="expectedVersion">The version that the key must have, or null for any version.</param>
    /// <param name="cancellationToken">Cancels the call before anything is revoked.</param>
    public Task<ApiKeyResult<ApiKey>> RevokeAsync(
        ApiKeyActor actor,
        string id,
        string? reason = null,
        bool cascade = false,
        long? expectedVersion = null,
        CancellationToken cancellationToken = default)
        => RevokeAsync(actor, id, reason, cascade, Versions(expectedVersion), cancellationToken);

    /// <inheritdoc cref="RevokeAsync(ApiKeyActor, string, string, bool, long?, CancellationToken)"/>
    /// <param name="actor">The actor.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cascade">Whether every key that this key created is revoked too.</param>
    /// <param name="expectedVersions">The versions that the key may have, or null for any version.</param>
    /// <param name="cancellationToken">Cancels the call before anything is revoked.</param>
    internal async Task<ApiKeyResult<ApiKey>> RevokeAsync(
        ApiKeyActor actor,
        string id,
        string? reason,
        bool cascade,
        IReadOnlyCollection<long>? expectedVersions,
        CancellationToken cancellationToken)
    {
        if (CheckReason(reason) is { } failure)
        {
            return failure;
        }

        var revoked = await RevokeOneAsync(actor, id, reason, expectedVersions, cancellationToken).ConfigureAwait(false);
        return revoked.Succeeded
            && cascade
            && await _revoker.RevokeDescendantsAsync(actor, revoked.Value, reason).ConfigureAwait(false) is { } stopped
            ? stopped
            : revoked;
    }

    /// <summary>Revokes every key of the actor's workspace, or of one owner, except the key that the actor acts with.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="reason">Why, at most 500 characters, or null if no reason is given.</param>
    /// <param name="ownerId">The owner whose keys are revoked; null for every key that the actor may see.</param>
    /// <param name="cancellationToken">Cancels the call before anything is revoked.</param>
    /// <returns>How many keys were revoked.</returns>
    public async Task<ApiKeyResult<int>> RevokeAllAsync(
        ApiKeyActor actor, string? reason = null, string? ownerId = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (CheckReason(reason) is { } failure)
        {
            return failure;
        }

        var rules = new KeyRequestValidator(_settings.Current.Catalog, Timestamps.Now(_time));
        var owner = rules.Owner(ownerId) ?? actor.OwnerId;
        if (!rules.Errors.IsEmpty)
        {
            return rules.Failure;
        }

        if (actor.OwnerId is not null && actor.OwnerId != owner)
        {
            return await _refusals.RefuseAsync(actor, "key.revoke", null, null, ApiKeyFailure.OwnerBound).ConfigureAwait(false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return await _revoker.RevokeAllAsync(actor, owner, reason).ConfigureAwait(false);
    }

    private static ApiKeyFailure? CheckReason(string? reason)
        => reason is not null && (reason.Length > MaxReasonLength || !Characters.AreText(reason))
            ? ApiKeyFailure.InvalidRequest(
                ApiKeyErrorDetail.New(
                    "reason", $"must have at most {MaxReasonLength} characters, none of them a control character"))
            : null;

    private async Task<ApiKeyResult<ApiKey>> RevokeOneAsync(
        ApiKeyActor actor,
        string id,
        string? reason,
        IReadOnlyCollection<long>? expectedVersions,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < KeyRevoker.Attempts; attempt++)
        {
            if (await FindAsync(actor, id, cancellationToken).ConfigureAwait(false) is not { } key)
            {
                return await _refusals.RefuseAsync(actor, "key.revoke", id).ConfigureAwait(false);
            }

            if (key.RevokedAt is not null)
            {
                // A caller that repeats a revocation has what it wanted, whatever its precondition (RFC 9110, section 13.1.1).
                return key;
            }

            if (expectedVersions?.Contains(key.Version) == false)
            {
                return ApiKeyFailure.PreconditionFailed;
            }

            cancellationToken.ThrowIfCancellationRequested();
            var revoked = _revoker.Revoked(key, reason);
            switch (await _revoker.SaveAsync(actor, actor.Guard(Timestamps.Now(_time)), [key], [revoked]).ConfigureAwait(false))
            {
                case ApiKeySaveResult.Saved:
                    return revoked;
                case ApiKeySaveResult.ActorChanged:
                    return ApiKeyFailure.ActorChanged;
            }
        }

        return ApiKeyFailure.Raced;
    }
}
