using System.Collections.Concurrent;

namespace HirePanda.ApiKeys.Tests;

/// <summary>An in-memory store that counts its reads and can fail, hang, or wait.</summary>
internal sealed partial class TestStore : IApiKeyStore, IApiKeyManagementStore, IApiKeyAlertStore
{
    private readonly InMemoryApiKeyStore _inner = new();
    private int _reads;
    private int _lastUsedWrites;
    private int _keyReads;

    /// <summary>Gets the number of times that management has read whole keys.</summary>
    public int KeyReads => Volatile.Read(ref _keyReads);

    /// <summary>Gets the number of requested names of every call for names.</summary>
    public ConcurrentQueue<int> NamesRead { get; } = new();

    public int LastUsedWrites => Volatile.Read(ref _lastUsedWrites);

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Runs before every read by hash.</summary>
    public Func<CancellationToken, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after a read by hash, before it returns.</summary>
    public Func<Task> AfterRead { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs before every call of management.</summary>
    public Action BeforeManagement { get; set; } = () => { };

    /// <summary>Runs before the settings of a workspace are read.</summary>
    public Action BeforeWorkspace { get; set; } = () => { };

    /// <summary>Runs before a change is stored.</summary>
    public Action<ApiKeyChangeSet> BeforeSave { get; set; } = _ => { };

    /// <summary>Runs after a change is stored, before the call returns.</summary>
    public Action AfterSave { get; set; } = () => { };

    public void Add(ApiKey key)
        => _inner.SaveAsync(new ApiKeyChangeSet { Added = [key] }, default).AsTask().GetAwaiter().GetResult()
            .Should().Be(ApiKeySaveResult.Saved);

    /// <summary>Changes a key without notifying the library.</summary>
    public void Change(ApiKey key, Func<ApiKey, ApiKey> change)
    {
        var stored = _inner.GetKeyAsync(key.Workspace, key.Id, default).AsTask().GetAwaiter().GetResult()!;
        _inner.SaveAsync(new ApiKeyChangeSet { Updated = [change(stored) with { Version = stored.Version + 1 }] }, default)
            .AsTask().GetAwaiter().GetResult().Should().Be(ApiKeySaveResult.Saved);
    }

    public async ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        await BeforeRead(cancellationToken);
        var key = await _inner.FindByHashAsync(hashes, cancellationToken);
        await AfterRead();
        return key;
    }

    public ValueTask<ApiKey?> GetKeyAsync(string workspace, string id, CancellationToken cancellationToken)
    {
        BeforeManagement();
        Interlocked.Increment(ref _keyReads);
        return _inner.GetKeyAsync(workspace, id, cancellationToken);
    }

    public ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(ApiKeyQuery query, CancellationToken cancellationToken)
    {
        BeforeManagement();
        Interlocked.Increment(ref _keyReads);
        return _inner.ListKeysAsync(query, cancellationToken);
    }

    public ValueTask<IReadOnlyDictionary<string, string>> GetKeyNamesAsync(
        string workspace, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        BeforeManagement();
        NamesRead.Enqueue(ids.Count);
        return _inner.GetKeyNamesAsync(workspace, ids, cancellationToken);
    }

    public ValueTask<ApiKeyWorkspace?> GetWorkspaceAsync(string workspace, CancellationToken cancellationToken)
    {
        BeforeWorkspace();
        return _inner.GetWorkspaceAsync(workspace, cancellationToken);
    }

    public ValueTask<IReadOnlyList<ApiKeyAuditEntry>> ListAuditAsync(ApiKeyAuditQuery query, CancellationToken cancellationToken)
    {
        BeforeManagement();
        return _inner.ListAuditAsync(query, cancellationToken);
    }

    public async ValueTask SaveLastUsedAsync(
        IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken)
    {
        BeforeManagement();
        await _inner.SaveLastUsedAsync(lastUsed, cancellationToken);
        Interlocked.Increment(ref _lastUsedWrites);
    }

    public async ValueTask<ApiKeySaveResult> SaveAsync(ApiKeyChangeSet change, CancellationToken cancellationToken)
    {
        BeforeManagement();
        cancellationToken.ThrowIfCancellationRequested();
        BeforeSave(change);
        var saved = await _inner.SaveAsync(change, cancellationToken);
        AfterSave();
        return saved;
    }
}
