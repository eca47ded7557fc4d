namespace HirePanda.ApiKeys;

/// <summary>Keeps keys in this process's memory: for tests and trials.</summary>
public sealed class InMemoryApiKeyStore : IApiKeyManagementStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ApiKey> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<ApiKeyHash, string> _idByHash = [];

    /// <summary>Makes a store.</summary>
    /// <param name="keys">Keys to begin with.</param>
    /// <exception cref="ArgumentException">Two of the keys have the same id or hash.</exception>
    public InMemoryApiKeyStore(params IEnumerable<ApiKey> keys)
    {
        foreach (var key in keys)
        {
            _byId.Add(key.Id, key);
            _idByHash.Add(key.Hash, key.Id);
        }
    }

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public ValueTask<ApiKey?> GetAsync(string workspace, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_byId.TryGetValue(id, out var key) && key.Workspace == workspace ? key : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ApiKey>> ListAsync(ApiKeyQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_lock)
        {
            return new(_byId.Values
                .Where(key => key.Workspace == query.Workspace
                    && (query.Status is null || key.GetStatus(query.Now) == query.Status)
                    && (query.Type is null || key.Type == query.Type)
                    && (query.CreatedBy is null || key.CreatedBy == query.CreatedBy)
                    && (query.After is not { } after || IsAfter(key, after)))
                .OrderByDescending(key => key.CreatedAt).ThenByDescending(key => key.Id, StringComparer.Ordinal)
                .Take(query.Limit)
                .ToList());
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> SaveAsync(ApiKeyChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (_lock)
        {
            if (change.Added.Any(key => _byId.ContainsKey(key.Id) || _idByHash.ContainsKey(key.Hash))
                || change.Updated.Any(key => !_byId.TryGetValue(key.Id, out var stored) || stored.Version != key.Version - 1))
            {
                return new(false);
            }

            foreach (var key in change.Added.Concat(change.Updated))
            {
                _byId[key.Id] = key;
                _idByHash[key.Hash] = key.Id;
            }

            return new(true);
        }
    }

    private static bool IsAfter(ApiKey key, ApiKeyPosition position)
        => key.CreatedAt < position.CreatedAt
            || (key.CreatedAt == position.CreatedAt && string.CompareOrdinal(key.Id, position.Id) < 0);
}
