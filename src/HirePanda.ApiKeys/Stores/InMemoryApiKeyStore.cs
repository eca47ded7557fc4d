namespace HirePanda.ApiKeys;

/// <summary>Keeps keys in the memory of this process, for tests and trials.</summary>
internal sealed partial class InMemoryApiKeyStore : IApiKeyStore, IApiKeyManagementStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ApiKey> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<ApiKeyHash, string> _idByHash = [];
    private readonly Dictionary<string, ApiKeyWorkspace> _workspaces = new(StringComparer.Ordinal);
    private readonly List<ApiKeyAuditEntry> _audit = [];

    /// <summary>Creates a store.</summary>
    /// <param name="keys">The keys to start with.</param>
    /// <exception cref="ArgumentException">Two of the keys have the same id or hash.</exception>
    public InMemoryApiKeyStore(params IEnumerable<ApiKey> keys)
    {
        foreach (var key in keys)
        {
            _byId.Add(key.Id, key);
            _idByHash.Add(key.Hash, key.Id);
        }
    }

    public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        lock (_lock)
        {
            foreach (var hash in hashes)
            {
                if (_idByHash.TryGetValue(hash, out var id))
                {
                    return new(_byId[id]);
                }
            }
        }

        return default;
    }

    public ValueTask<ApiKey?> GetKeyAsync(string workspace, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_byId.TryGetValue(id, out var key) && key.Workspace == workspace ? key : null);
        }
    }

    public ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(ApiKeyQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_lock)
        {
            return new(_byId.Values
                .Where(key => key.Workspace == query.Workspace
                    && (query.Status is null || key.GetStatus(query.Now) == query.Status)
                    && (query.Type is null || key.Type == query.Type)
                    && (query.OwnerId is null || key.OwnerId == query.OwnerId)
                    && (query.Name is null || key.Name.Contains(query.Name, StringComparison.OrdinalIgnoreCase))
                    && (query.CreatedBy is null || (key.CreatedBy is { } creator && query.CreatedBy.Contains(creator)))
                    && !(query.ExcludeRevoked && key.RevokedAt is not null)
                    && IsAfter(key.CreatedAt, key.Id, query.After))
                .OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id, StringComparer.Ordinal)
                .Take(query.Limit)
                .ToList());
        }
    }

    public ValueTask<IReadOnlyList<ApiKey>> ListReminderKeysAsync(ApiKeyReminderQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_lock)
        {
            return new(_byId.Values
                .Where(key => key.GetStatus(query.Now) == ApiKeyStatus.Active && key.ReplacedBy is null
                    && (key.ExpiresAt < query.ExpiresBefore || key.CreatedAt < query.CreatedBefore)
                    && (query.AfterId is null || string.CompareOrdinal(key.Id, query.AfterId) > 0))
                .OrderBy(key => key.Id, StringComparer.Ordinal).Take(query.Limit).ToList());
        }
    }

    public ValueTask<ApiKeyWorkspace?> GetWorkspaceAsync(string workspace, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_workspaces.GetValueOrDefault(workspace));
        }
    }

    public ValueTask<IReadOnlyList<ApiKeyAuditEntry>> ListAuditAsync(ApiKeyAuditQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_lock)
        {
            return new(_audit
                .Where(entry => entry.Workspace == query.Workspace
                    && (query.KeyId is null || entry.KeyId == query.KeyId)
                    && (query.Action is null || entry.Action == query.Action)
                    && (query.Actor is null || entry.Actor == query.Actor)
                    && !(entry.At < query.From)
                    && !(entry.At >= query.To)
                    && IsAfter(entry.At, entry.Id, query.After))
                .OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Id, StringComparer.Ordinal)
                .Take(query.Limit)
                .ToList());
        }
    }

    public ValueTask<IReadOnlyDictionary<string, string>> GetKeyNamesAsync(
        string workspace, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ids);
        lock (_lock)
        {
            return new(
                ids.Distinct().Select(id => _byId.GetValueOrDefault(id)).OfType<ApiKey>().Where(key => key.Workspace == workspace)
                .ToDictionary(key => key.Id, key => key.Name, StringComparer.Ordinal));
        }
    }

    public ValueTask<ApiKeySaveResult> SaveAsync(ApiKeyChangeSet change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_lock)
        {
            if (FindConflict(change) is { } reason)
            {
                return new(reason);
            }

            foreach (var key in change.Added)
            {
                _byId[key.Id] = key;
                _idByHash[key.Hash] = key.Id;
            }

            foreach (var key in change.Updated)
            {
                _byId[key.Id] = key with { LastUsedAt = _byId[key.Id].LastUsedAt };
            }

            if (change.Workspace is not null)
            {
                _workspaces[change.Workspace.Id] = change.Workspace;
            }

            _audit.AddRange(change.Audit);
            return new(ApiKeySaveResult.Saved);
        }
    }

    public ValueTask SaveLastUsedAsync(IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lastUsed);
        lock (_lock)
        {
            foreach (var (id, at) in lastUsed)
            {
                if (_byId.TryGetValue(id, out var key) && (key.LastUsedAt is null || key.LastUsedAt < at))
                {
                    _byId[id] = key with { LastUsedAt = at };
                }
            }
        }

        return default;
    }

    /// <summary>Gets the reason why a change cannot be saved, or null if it can.</summary>
    private ApiKeySaveResult? FindConflict(ApiKeyChangeSet change)
        => !IsSatisfied(change.Actor) ? ApiKeySaveResult.ActorChanged
            : change.Updated.Any(key => !_byId.TryGetValue(key.Id, out var stored) || stored.Version != key.Version - 1)
                || (
                    change.Workspace is { } workspace
                        && (_workspaces.GetValueOrDefault(workspace.Id)?.Version ?? 0) != workspace.Version - 1)
                ? ApiKeySaveResult.VersionConflict
            : change.RequireNoKeys
                && change.Added.Count > 0
                && _byId.Values.Any(key => key.Workspace == change.Added[0].Workspace)
                ? ApiKeySaveResult.WorkspaceNotEmpty
            : change.Added.Any(key => _byId.ContainsKey(key.Id) || _idByHash.ContainsKey(key.Hash)) ? ApiKeySaveResult.Duplicate
            : change.MaxActiveKeys is { } max
                && change.Added.Count > 0
                && CountUsable(change) > max ? ApiKeySaveResult.LimitReached
            : null;

    /// <summary>Counts the keys of the workspace that will be neither revoked nor expired.</summary>
    private int CountUsable(ApiKeyChangeSet change)
    {
        var (workspace, now) = (change.Added[0].Workspace, change.Added[0].CreatedAt);
        var updated = change.Updated.Select(key => key.Id).ToHashSet(StringComparer.Ordinal);
        return _byId.Values.Where(key => !updated.Contains(key.Id)).Concat(change.Added).Concat(change.Updated)
            .Count(key => key.Workspace == workspace && key.RevokedAt is null && !(now >= key.ExpiresAt));
    }

    private bool IsSatisfied(ApiKeyActorGuard? actor)
        => actor is null || actor.IsSatisfiedBy(_byId.GetValueOrDefault(actor.KeyId));

    private static bool IsAfter(DateTimeOffset at, string id, ApiKeyPageToken? position)
        => position is not { } last || at < last.At || (at == last.At && string.CompareOrdinal(id, last.Id) < 0);
}
