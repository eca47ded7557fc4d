namespace HirePanda.ApiKeys;

/// <summary>
/// Creates, lists, changes, rotates, and revokes the keys of an actor's workspace. An expected failure is a result. A store that
/// cannot answer throws.
/// </summary>
public sealed partial class ApiKeyManager
{
    private readonly ManagementStores _stores;
    private readonly ChangeWriter _changes;
    private readonly RefusalAudit _refusals;
    private readonly ApiKeyIssuer _issuer;
    private readonly KeyRevoker _revoker;
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    internal ApiKeyManager(
        ManagementStores stores,
        ChangeWriter changes,
        RefusalAudit refusals,
        ApiKeyIssuer issuer,
        ApiKeySettings settings,
        TimeProvider time)
    {
        (_stores, _changes, _refusals, _issuer, _settings, _time) = (stores, changes, refusals, issuer, settings, time);
        _revoker = new KeyRevoker(stores, changes, time);
    }

    /// <summary>Gets one key.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKey>> GetAsync(ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        var key = await FindAsync(actor, id, cancellationToken).ConfigureAwait(false);
        return key is null ? await _refusals.RefuseAsync(actor, "key.read", id).ConfigureAwait(false) : key;
    }

    /// <summary>Lists keys, newest first.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="options">The keys and the page to list, or null for the first page of all keys.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyPage<ApiKey>>> ListAsync(
        ApiKeyActor actor, ApiKeyListOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        options ??= new ApiKeyListOptions();
        var now = Timestamps.Now(_time);
        var rules = new KeyRequestValidator(_settings.Current.Catalog, now);
        var type = options.Type is null ? null : rules.Type(options.Type)?.Name;
        var owner = rules.Owner(options.OwnerId) ?? actor.OwnerId;
        var (name, createdBy) = (rules.Filter("name", options.Name), rules.Filter("createdBy", options.CreatedBy));
        return await PageReader.ReadAsync(options, rules, ReadAsync, key => (key.CreatedAt, key.Id)).ConfigureAwait(false);

        // An actor that is bound to an owner sees nothing of another one.
        ValueTask<IReadOnlyList<ApiKey>> ReadAsync(ApiKeyPageToken? after, int limit)
            => actor.OwnerId is not null && actor.OwnerId != owner
            ? new([])
            : _stores.Keys.ListKeysAsync(
                new ApiKeyQuery
                {
                    Workspace = actor.Workspace,
                    Status = options.Status,
                    Type = type,
                    Name = name,
                    OwnerId = owner,
                    CreatedBy = createdBy is null ? null : [createdBy],
                    After = after,
                    Limit = limit,
                    Now = now,
                },
                cancellationToken);
    }

    /// <summary>Changes a key that is neither revoked nor expired.</summary>
    /// <param name="actor">The actor. The key cannot get what the actor lacks, and a key cannot loosen itself.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="update">The changes.</param>
    /// <param name="expectedVersion">The version that the key must have, or null for any version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<ApiKeyResult<ApiKey>> UpdateAsync(
        ApiKeyActor actor,
        string id,
        UpdateApiKeyRequest update,
        long? expectedVersion = null,
        CancellationToken cancellationToken = default)
        => UpdateAsync(actor, id, update, Versions(expectedVersion), cancellationToken);

    /// <inheritdoc cref="UpdateAsync(ApiKeyActor, string, UpdateApiKeyRequest, long?, CancellationToken)"/>
    /// <param name="actor">The actor.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="update">The changes.</param>
    /// <param name="expectedVersions">The versions that the key may have, or null for any version.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    internal async Task<ApiKeyResult<ApiKey>> UpdateAsync(
        ApiKeyActor actor,
        string id,
        UpdateApiKeyRequest update,
        IReadOnlyCollection<long>? expectedVersions,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(update);
        var found = await GetLivingAsync(actor, id, expectedVersions, "key.update", "changed", cancellationToken)
            .ConfigureAwait(false);
        if (!found.Succeeded)
        {
            return found;
        }

        var key = found.Value;
        var catalog = _settings.Current.Catalog;
        var rules = new KeyRequestValidator(catalog, Timestamps.Now(_time));
        var updated = key with
        {
            Name = update.Name.HasValue ? rules.Name(update.Name.GetValueOrDefault(null)) : key.Name,
            IsEnabled = update.IsEnabled.GetValueOrDefault(key.IsEnabled),
            OwnerId = update.OwnerId.HasValue ? rules.Owner(update.OwnerId.GetValueOrDefault(null)) : key.OwnerId,
            Tier = update.Tier.HasValue ? rules.Tier(update.Tier.GetValueOrDefault(null)) : key.Tier,
            Permissions = update.Permissions.HasValue ? rules.Permissions(
                update.Permissions.GetValueOrDefault(null)) : key.Permissions,
            AllowedNetworks = update.AllowedNetworks.HasValue ? rules.Networks(
                update.AllowedNetworks.GetValueOrDefault(null)) : key.AllowedNetworks,
            RateLimits = update.RateLimits.HasValue ? rules.RateLimits(
                update.RateLimits.GetValueOrDefault(null), _settings.Current.Options.MaxRateLimit) : key.RateLimits,
            ExpiresAt = update.ExpiresAt.HasValue ? rules.ExpiresAt(update.ExpiresAt.GetValueOrDefault(null)) : key.ExpiresAt,
            Metadata = update.Metadata.HasValue ? rules.Metadata(
                key.Metadata, update.Metadata.GetValueOrDefault(null)) : key.Metadata,
            Version = key.Version + 1,
        };
        if (!rules.Errors.IsEmpty)
        {
            return rules.Failure;
        }

        if (key.ReplacedBy is not null && DelegationRules.IsLater(updated.ExpiresAt, key.ExpiresAt))
        {
            return ApiKeyFailure.Conflict("This API key has been replaced: its overlap cannot be extended");
        }

        if (updated.ExpiresAt != key.ExpiresAt)
        {
            updated = updated with { IsExpiryShortened = DelegationRules.IsLater(key.ExpiresAt, updated.ExpiresAt) };
        }

        if (DelegationRules.Refusal(_settings.Current, actor, key, updated) is { } refusal)
        {
            return await _refusals.RefuseAsync(actor, "key.update", key, updated, refusal).ConfigureAwait(false);
        }

        var change = new ApiKeyChangeSet
        {
            Updated = [updated],
            Audit = [AuditEntries.Key(actor, "key.update", Timestamps.Now(_time), key, updated)],
        };
        return await _changes.SaveAsync(actor, change, expectedVersions, cancellationToken).ConfigureAwait(false) is { } failure
            ? failure
            : updated;
    }

    private static long[]? Versions(long? expectedVersion) => expectedVersion is { } version ? [version] : null;

    /// <summary>Finds a key that the actor may see; null if there is none.</summary>
    private async Task<ApiKey?> FindAsync(ApiKeyActor actor, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(id);

        // Some databases accept no U+0000, which no id has.
        var key = id.Contains('\0', StringComparison.Ordinal)
            ? null
            : await _stores.Keys.GetKeyAsync(actor.Workspace, id, cancellationToken).ConfigureAwait(false);
        if (key is null || !actor.Sees(key))
        {
            return null;
        }

        _changes.ForgetBlocked([key]);
        return key;
    }

    private async Task<ApiKeyResult<ApiKey>> GetLivingAsync(
        ApiKeyActor actor,
        string id,
        IReadOnlyCollection<long>? expectedVersions,
        string action,
        string verb,
        CancellationToken cancellationToken)
    {
        if (await FindAsync(actor, id, cancellationToken).ConfigureAwait(false) is not { } key)
        {
            return await _refusals.RefuseAsync(actor, action, id).ConfigureAwait(false);
        }

        if (expectedVersions?.Contains(key.Version) == false)
        {
            return ApiKeyFailure.PreconditionFailed;
        }

        // A disabled key can be changed, but it does not come back to life by that once it has expired.
        return key.RevokedAt is not null ? ApiKeyFailure.Conflict($"This API key is revoked and cannot be {verb}")
            : Timestamps.Now(_time) >= key.ExpiresAt ? ApiKeyFailure.Conflict($"This API key has expired and cannot be {verb}")
            : key;
    }
}
