using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>
/// Creates, lists, changes, rotates and revokes the keys of an actor's workspace. Expected failures are results; a store that
/// cannot answer throws.
/// </summary>
public sealed partial class ApiKeyManager
{
    private readonly IServiceProvider _services;
    private readonly ApiKeyIssuer _issuer;
    private readonly ChangeEvents _events;
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    internal ApiKeyManager(IServiceProvider services, ApiKeyIssuer issuer, ChangeEvents events, ApiKeySettings settings, TimeProvider time)
        => (_services, _issuer, _events, _settings, _time) = (services, issuer, events, settings, time);

    /// <summary>Resolved when it is needed: a store that cannot even be made is one that cannot answer.</summary>
    private IApiKeyManagementStore Store => _services.GetService<IApiKeyStore>() as IApiKeyManagementStore ?? throw new InvalidOperationException(
        "Managing API keys needs an IApiKeyManagementStore. Call AddHirePandaApiKeys().AddStore<T>() with one, or AddInMemoryStore().");

    /// <summary>Creates a key, whose secret is in the answer and nowhere else.</summary>
    /// <param name="actor">Who creates it; the key cannot hold what the actor lacks.</param>
    /// <param name="request">What it is to be.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<IssuedApiKey>> CreateAsync(ApiKeyActor actor, NewApiKey request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(request);
        if (actor.Workspace.Length == 0)
        {
            return ApiKeyError.NoWorkspace;
        }

        var issued = _issuer.TryIssue(actor.Workspace, request, actor.Id);
        if (!issued.Succeeded)
        {
            return issued;
        }

        var key = issued.Value.Key;
        if (Rights.Refusal(_settings.Current, actor, null, key) is { } refusal)
        {
            return await RefuseAsync(actor, "key.create", null, key with { Id = "" }, refusal).ConfigureAwait(false);
        }

        var change = new ApiKeyChange
        {
            Added = [key],
            MaxActiveKeys = _settings.Current.Options.MaxActiveKeys,
            Audit = [AuditEntries.Key(actor, "key.create", key.CreatedAt, null, key)],
        };
        return await SaveAsync(actor, change, null, cancellationToken).ConfigureAwait(false) is { } error ? error : issued;
    }

    /// <summary>Gets one key.</summary>
    /// <param name="actor">Whose workspace to look in.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKey>> GetAsync(ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        var key = await FindAsync(actor, id, cancellationToken).ConfigureAwait(false);
        return key is null ? await RefuseAsync(actor, "key.read", id).ConfigureAwait(false) : key;
    }

    /// <summary>Lists keys, newest first.</summary>
    /// <param name="actor">Whose workspace to list.</param>
    /// <param name="status">Only keys of this status; null: any.</param>
    /// <param name="type">Only keys of this type; null: any.</param>
    /// <param name="name">Only keys whose name contains this, ignoring the case of ASCII letters; null: any.</param>
    /// <param name="cursor">The last page's <see cref="ApiKeyPage.NextCursor"/>; null: from the start.</param>
    /// <param name="limit">How many at most, 1 to 200.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyPage>> ListAsync(
        ApiKeyActor actor,
        ApiKeyStatus? status = null,
        string? type = null,
        string? name = null,
        string? cursor = null,
        int limit = 50,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var now = Timestamps.Now(_time);
        var rules = new KeyRules(_settings.Current.Catalog, now);
        var canonicalType = type is null ? null : rules.Type(type)?.Name;
        var after = rules.Page(cursor, limit);
        if (name?.Contains('\0', StringComparison.Ordinal) == true)
        {
            rules.Refuse("name", "must have no character U+0000");
        }

        if (!rules.Errors.IsEmpty)
        {
            return rules.Errors.ToError();
        }

        var query = new ApiKeyQuery
        {
            Workspace = actor.Workspace,
            Status = status,
            Type = canonicalType,
            Name = name,
            After = after,
            Limit = limit + 1,
            Now = now,
        };
        var keys = await Store.ListAsync(query, cancellationToken).ConfigureAwait(false);
        return keys.Count <= limit
            ? new ApiKeyPage(keys, null)
            : new ApiKeyPage([.. keys.Take(limit)], PageCursor.Write(keys[limit - 1].CreatedAt, keys[limit - 1].Id));
    }

    /// <summary>Changes a key that is active.</summary>
    /// <param name="actor">Who changes it; the key cannot come out with what the actor lacks, and no key loosens itself.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="update">What is to change.</param>
    /// <param name="expectedVersions">The versions of which the actor saw one, any of which will do; empty: none will; null: whichever there is.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKey>> UpdateAsync(
        ApiKeyActor actor,
        string id,
        ApiKeyUpdate update,
        IReadOnlyCollection<long>? expectedVersions = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        var found = await GetActiveAsync(actor, id, expectedVersions, "key.update", "changed", cancellationToken).ConfigureAwait(false);
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
            RateLimits = update.RateLimits.IsSet ? rules.RateLimits(update.RateLimits.Or(null), _settings.Current.Options.MaxRateLimit) : key.RateLimits,
            ExpiresAt = update.ExpiresAt.IsSet ? rules.ExpiresAt(update.ExpiresAt.Or(null)) : key.ExpiresAt,
            Metadata = update.Metadata.IsSet ? rules.Metadata(key.Metadata, update.Metadata.Or(null)) : key.Metadata,
            Version = key.Version + 1,
        };
        if (!rules.Errors.IsEmpty)
        {
            return rules.Errors.ToError();
        }

        if (key.ReplacedBy is not null && Rights.IsLater(updated.ExpiresAt, key.ExpiresAt))
        {
            return ApiKeyError.Conflict("This API key has been replaced: its overlap cannot be extended");
        }

        if (updated.ExpiresAt != key.ExpiresAt)
        {
            updated = updated with { IsExpiryShortened = Rights.IsLater(key.ExpiresAt, updated.ExpiresAt) };
        }

        if (Rights.Refusal(_settings.Current, actor, key, updated) is { } refusal)
        {
            return await RefuseAsync(actor, "key.update", key, updated, refusal).ConfigureAwait(false);
        }

        var change = new ApiKeyChange
        {
            Updated = [updated],
            Audit = [AuditEntries.Key(actor, "key.update", Timestamps.Now(_time), key, updated)],
        };
        return await SaveAsync(actor, change, expectedVersions, cancellationToken).ConfigureAwait(false) is { } error ? error : updated;
    }

    private static ApiKeyError Raced => ApiKeyError.Conflict("The API key was changed by somebody else at the same time: read it and try again");

    /// <summary>Finds a key of the actor's workspace; null if there is none.</summary>
    private async Task<ApiKey?> FindAsync(ApiKeyActor actor, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(id);

        // Some databases accept no U+0000, which no id has.
        var key = id.Contains('\0', StringComparison.Ordinal) ? null : await Store.GetAsync(actor.Workspace, id, cancellationToken).ConfigureAwait(false);
        ForgetRevoked([key]);
        return key;
    }

    private async Task<ApiKeyResult<ApiKey>> GetActiveAsync(
        ApiKeyActor actor, string id, IReadOnlyCollection<long>? expectedVersions, string action, string verb, CancellationToken cancellationToken)
    {
        if (await FindAsync(actor, id, cancellationToken).ConfigureAwait(false) is not { } key)
        {
            return await RefuseAsync(actor, action, id).ConfigureAwait(false);
        }

        if (expectedVersions?.Contains(key.Version) == false)
        {
            return ApiKeyError.PreconditionFailed;
        }

        return key.GetStatus(Timestamps.Now(_time)) switch
        {
            ApiKeyStatus.Revoked => ApiKeyError.Conflict($"This API key is revoked and cannot be {verb}"),
            ApiKeyStatus.Expired => ApiKeyError.Conflict($"This API key has expired and cannot be {verb}"),
            _ => key,
        };
    }

    /// <summary>Stores a change, unless the actor's key is no longer as it was evaluated.</summary>
    /// <returns>Why nothing was stored; null if it was.</returns>
    private async Task<ApiKeyError?> SaveAsync(
        ApiKeyActor actor, ApiKeyChange change, IReadOnlyCollection<long>? expectedVersions, CancellationToken cancellationToken)
        => await SaveAsync(change with { Actor = actor.Guard(Timestamps.Now(_time)) }, cancellationToken).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved => null,
            ApiKeySaveResult.ActorChanged => ApiKeyError.ActorChanged,
            ApiKeySaveResult.LimitReached => ApiKeyError.Conflict(
                $"The workspace has {change.MaxActiveKeys} active API keys, the most it may have: revoke some first"),

            // A caller that sent a precondition is told that it no longer holds.
            _ => expectedVersions is null ? Raced : ApiKeyError.PreconditionFailed,
        };

    private async Task<ApiKeySaveResult> SaveAsync(ApiKeyChange change, CancellationToken cancellationToken)
    {
        try
        {
            // A change that has started does not stop because the caller hangs up.
            cancellationToken.ThrowIfCancellationRequested();
            return await Store.SaveAsync(change, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            // Also after a failure: the change may have been committed all the same.
            _events.Raise(change);
        }
    }
}
