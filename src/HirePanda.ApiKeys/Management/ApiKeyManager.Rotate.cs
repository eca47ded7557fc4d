namespace HirePanda.ApiKeys;

/// <content>Rotation.</content>
public sealed partial class ApiKeyManager
{
    /// <summary>The longest overlap of a rotation: 365 days.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(365);

    /// <summary>The overlap of a rotation that states none: 24 hours.</summary>
    public static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(24);

    /// <summary>
    /// Replaces a key by a new one with a new secret; the old one expires when the overlap ends, never later than it would have.
    /// </summary>
    /// <param name="actor">The actor. It must hold everything that the key holds.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="overlap">
    /// How long both secrets work, 0 to <see cref="MaxOverlap"/>. Null means <see cref="DefaultOverlap"/>.
    /// </param>
    /// <param name="expectedVersion">The version that the key must have, or null for any version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<ApiKeyResult<IssuedApiKey>> RotateAsync(
        ApiKeyActor actor,
        string id,
        TimeSpan? overlap = null,
        long? expectedVersion = null,
        CancellationToken cancellationToken = default)
        => RotateAsync(actor, id, overlap, Versions(expectedVersion), cancellationToken);

    /// <inheritdoc cref="RotateAsync(ApiKeyActor, string, TimeSpan?, long?, CancellationToken)"/>
    /// <param name="actor">The actor.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="overlap">How long both secrets work.</param>
    /// <param name="expectedVersions">The versions that the key may have, or null for any version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal async Task<ApiKeyResult<IssuedApiKey>> RotateAsync(
        ApiKeyActor actor,
        string id,
        TimeSpan? overlap,
        IReadOnlyCollection<long>? expectedVersions,
        CancellationToken cancellationToken)
    {
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
        {
            return ApiKeyFailure.InvalidRequest(
                ApiKeyErrorDetail.New("overlapSeconds", $"must be 0 to {MaxOverlap.TotalSeconds}"));
        }

        var found = await GetLivingAsync(actor, id, expectedVersions, "key.rotate", "rotated", cancellationToken)
            .ConfigureAwait(false);
        if (!found.Succeeded)
        {
            return found.Failure;
        }

        var old = found.Value;
        if (!old.IsEnabled)
        {
            return ApiKeyFailure.Conflict("This API key is disabled and cannot be rotated: enable it first");
        }

        if (old.ReplacedBy is not null)
        {
            return ApiKeyFailure.Conflict(
                "This API key has been replaced and cannot be rotated again: rotate the one that replaced it");
        }

        // A key whose expiry was shortened does not undo that by rotating itself.
        var issued = _issuer.TryReplace(old, actor.Id, keepsExpiry: old.IsExpiryShortened && actor.IsOwn(old));
        if (!issued.Succeeded)
        {
            return issued;
        }

        var bound = Bind(actor, issued.Value);
        var added = bound.Key;
        if (DelegationRules.Refusal(_settings.Current, actor, old, added) is { } refusal)
        {
            return await _refusals.RefuseAsync(actor, "key.rotate", old, null, refusal).ConfigureAwait(false);
        }

        var end = added.CreatedAt + (overlap ?? DefaultOverlap);
        var replaced = old with
        {
            ReplacedBy = added.Id,
            ExpiresAt = DelegationRules.IsLater(end, old.ExpiresAt) ? old.ExpiresAt : end,
            Version = old.Version + 1,
        };
        var change = new ApiKeyChangeSet
        {
            Added = [added],
            MaxActiveKeys = _settings.Current.Options.MaxActiveKeys,
            Updated = [replaced],
            Audit =
            [
                AuditEntries.Key(actor, "key.rotate", added.CreatedAt, old, replaced),
                AuditEntries.Key(actor, "key.create", added.CreatedAt, null, added),
            ],
        };
        return await _changes.SaveAsync(actor, change, expectedVersions, cancellationToken).ConfigureAwait(false) is { } failure
            ? failure
            : bound;
    }

    /// <summary>
    /// Marks what a key whose expiry was shortened makes: no key of that line gains lifetime by rotating itself.
    /// </summary>
    private static IssuedApiKey Bind(ApiKeyActor actor, IssuedApiKey issued) => actor.Key is { IsExpiryShortened: true }
        ? new IssuedApiKey(issued.Key with { IsExpiryShortened = true }, issued.Secret)
        : issued;
}
