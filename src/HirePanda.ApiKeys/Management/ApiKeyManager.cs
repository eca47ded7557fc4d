namespace HirePanda.ApiKeys;

/// <summary>
/// Creates, lists, changes, rotates and revokes the keys of an actor's workspace. Expected failures are results; a store that
/// cannot answer throws.
/// </summary>
public sealed partial class ApiKeyManager
{
    /// <summary>The longest overlap of a rotation: 365 days.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(365);

    /// <summary>The overlap of a rotation that states none: 24 hours.</summary>
    public static readonly TimeSpan DefaultOverlap = TimeSpan.FromHours(24);

    private readonly IApiKeyManagementStore? _store;
    private readonly ApiKeyIssuer _issuer;
    private readonly KeyLookup _lookup;
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    internal ApiKeyManager(IApiKeyManagementStore? store, ApiKeyIssuer issuer, KeyLookup lookup, ApiKeySettings settings, TimeProvider time)
        => (_store, _issuer, _lookup, _settings, _time) = (store, issuer, lookup, settings, time);

    private IApiKeyManagementStore Store => _store ?? throw new InvalidOperationException(
        "Managing API keys needs an IApiKeyManagementStore. Call AddHirePandaApiKeys().AddStore<T>() with one, or AddInMemoryStore().");

    /// <summary>Creates a key, whose secret is in the answer and nowhere else.</summary>
    /// <param name="actor">Who creates it; the key cannot hold what the actor lacks.</param>
    /// <param name="request">What it is to be.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<IssuedApiKey>> CreateAsync(ApiKeyActor actor, NewApiKey request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(request);
        var issued = _issuer.TryIssue(actor.Workspace, request, actor.Id);
        if (!issued.Succeeded)
        {
            return issued;
        }

        if (Rights.Lacking(_settings.Current.Catalog, actor, issued.Value.Key) is { } lacking)
        {
            return lacking;
        }

        return await SaveAsync(new ApiKeyChange { Added = [issued.Value.Key] }, cancellationToken).ConfigureAwait(false) ? issued : Raced;
    }

    /// <summary>Gets one key.</summary>
    /// <param name="actor">Whose workspace to look in.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKey>> GetAsync(ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return await Store.GetAsync(actor.Workspace, id, cancellationToken).ConfigureAwait(false) is { } key ? key : ApiKeyError.NotFound;
    }

    /// <summary>Lists keys, newest first.</summary>
    /// <param name="actor">Whose workspace to list.</param>
    /// <param name="status">Only keys of this status; null: any.</param>
    /// <param name="type">Only keys of this type; null: any.</param>
    /// <param name="cursor">The last page's <see cref="ApiKeyPage.NextCursor"/>; null: from the start.</param>
    /// <param name="limit">How many at most, 1 to 200.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyPage>> ListAsync(
        ApiKeyActor actor, ApiKeyStatus? status = null, string? type = null, string? cursor = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var now = Timestamps.Now(_time);
        var rules = new KeyRules(_settings.Current.Catalog, now);
        var canonicalType = type is null ? null : rules.Type(type)?.Name;
        if (limit is < 1 or > 200)
        {
            rules.Refuse("limit", "must be 1 to 200");
        }

        ApiKeyPosition? after = null;
        if (cursor is not null && (after = PageCursor.Read(cursor)) is null)
        {
            rules.Refuse("cursor", "is not one that this API gave");
        }

        if (rules.Errors.Count > 0)
        {
            return ApiKeyError.InvalidRequest(rules.Errors);
        }

        var query = new ApiKeyQuery
        {
            Workspace = actor.Workspace,
            Status = status,
            Type = canonicalType,
            After = after,
            Limit = limit + 1,
            Now = now,
        };
        var keys = await Store.ListAsync(query, cancellationToken).ConfigureAwait(false);
        return keys.Count <= limit
            ? new ApiKeyPage(keys, null)
            : new ApiKeyPage([.. keys.Take(limit)], PageCursor.Write(keys[limit - 1]));
    }

    /// <summary>Changes a key that is active.</summary>
    /// <param name="actor">Who changes it; the key cannot come out with what the actor lacks, and no key loosens itself.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="update">What is to change.</param>
    /// <param name="expectedVersion">The version that the actor saw; null: whichever there is.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKey>> UpdateAsync(
        ApiKeyActor actor, string id, ApiKeyUpdate update, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        var found = await GetActiveAsync(actor, id, expectedVersion, "changed", cancellationToken).ConfigureAwait(false);
        if (!found.Succeeded)
        {
            return found;
        }

        var key = found.Value;
        var catalog = _settings.Current.Catalog;
        var rules = new KeyRules(catalog, Timestamps.Now(_time));
        var updated = key with
        {
            Name = update.Name.IsSet ? rules.Name(update.Name.Or(null)) : key.Name,
            Tier = update.Tier.IsSet ? rules.Tier(update.Tier.Or(null)) : key.Tier,
            Permissions = update.Permissions.IsSet ? rules.Permissions(update.Permissions.Or(null)) : key.Permissions,
            AllowedNetworks = update.AllowedNetworks.IsSet ? rules.Networks(update.AllowedNetworks.Or(null)) : key.AllowedNetworks,
            RateLimits = update.RateLimits.IsSet ? rules.RateLimits(update.RateLimits.Or(null)) : key.RateLimits,
            ExpiresAt = update.ExpiresAt.IsSet ? rules.ExpiresAt(update.ExpiresAt.Or(null)) : key.ExpiresAt,
            Metadata = update.Metadata.IsSet ? rules.Metadata(key.Metadata, update.Metadata.Or(null)) : key.Metadata,
            Version = key.Version + 1,
        };
        if (rules.Errors.Count > 0)
        {
            return ApiKeyError.InvalidRequest(rules.Errors);
        }

        if (key.ReplacedBy is not null && Rights.IsLater(updated.ExpiresAt, key.ExpiresAt))
        {
            return ApiKeyError.Conflict("This API key has been replaced: its overlap cannot be extended");
        }

        if ((Rights.Lacking(catalog, actor, updated) ?? Rights.LoosensItself(catalog, actor, key, updated)) is { } refusal)
        {
            return refusal;
        }

        return await SaveAsync(new ApiKeyChange { Updated = [updated] }, cancellationToken).ConfigureAwait(false) ? updated : Raced;
    }

    /// <summary>Replaces a key by a new one with a new secret; the old one expires when the overlap ends, never later than it would have.</summary>
    /// <param name="actor">Who rotates it; must hold all that the key holds.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="overlap">How long both secrets work, 0 to <see cref="MaxOverlap"/>; null: <see cref="DefaultOverlap"/>.</param>
    /// <param name="expectedVersion">The version that the actor saw; null: whichever there is.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<IssuedApiKey>> RotateAsync(
        ApiKeyActor actor, string id, TimeSpan? overlap = null, long? expectedVersion = null, CancellationToken cancellationToken = default)
    {
        if (overlap < TimeSpan.Zero || overlap > MaxOverlap)
        {
            return ApiKeyError.InvalidRequest(new ApiKeyErrorDetail("overlapSeconds", $"must be 0 to {MaxOverlap.TotalSeconds}"));
        }

        var found = await GetActiveAsync(actor, id, expectedVersion, "rotated", cancellationToken).ConfigureAwait(false);
        if (!found.Succeeded)
        {
            return found.Error;
        }

        var old = found.Value;
        if (old.ReplacedBy is not null)
        {
            return ApiKeyError.Conflict("This API key has been replaced and cannot be rotated again: rotate the one that replaced it");
        }

        if (Rights.Lacking(_settings.Current.Catalog, actor, old) is { } lacking)
        {
            return lacking;
        }

        var issued = _issuer.TryReplace(old, actor.Id);
        if (!issued.Succeeded)
        {
            return issued;
        }

        var end = issued.Value.Key.CreatedAt + (overlap ?? DefaultOverlap);
        var change = new ApiKeyChange
        {
            Added = [issued.Value.Key],
            Updated =
            [
                old with
                {
                    ReplacedBy = issued.Value.Key.Id,
                    ExpiresAt = Rights.IsLater(end, old.ExpiresAt) ? old.ExpiresAt : end,
                    Version = old.Version + 1,
                },
            ],
        };
        return await SaveAsync(change, cancellationToken).ConfigureAwait(false) ? issued : Raced;
    }

    private static ApiKeyError Raced => ApiKeyError.Conflict("The API key was changed by somebody else at the same time: read it and try again");

    private async Task<ApiKeyResult<ApiKey>> GetActiveAsync(
        ApiKeyActor actor, string id, long? expectedVersion, string verb, CancellationToken cancellationToken)
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

        return found.Value.GetStatus(Timestamps.Now(_time)) switch
        {
            ApiKeyStatus.Revoked => ApiKeyError.Conflict($"This API key is revoked and cannot be {verb}"),
            ApiKeyStatus.Expired => ApiKeyError.Conflict($"This API key has expired and cannot be {verb}"),
            _ => found,
        };
    }

    private async Task<bool> SaveAsync(ApiKeyChange change, CancellationToken cancellationToken)
    {
        var saved = await Store.SaveAsync(change, cancellationToken).ConfigureAwait(false);
        foreach (var key in change.Added.Concat(change.Updated))
        {
            _lookup.Forget(key.Hash);
        }

        return saved;
    }
}
