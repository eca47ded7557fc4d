using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Reads the host's store: in a scope of its own, within a time-out, and only so many at once.</summary>
internal sealed class StoreReader(
    IServiceScopeFactory scopes, IServiceProviderIsService services, WorkspaceStamps stamps, ApiKeySettings settings, ApiKeyMetrics metrics, TimeProvider time)
{
    private int _reads;

    /// <summary>Whether the host registered a store at all.</summary>
    public bool HasStore { get; } = services.IsService(typeof(IApiKeyStore));

    /// <summary>Reads one key and the settings of its workspace.</summary>
    /// <exception cref="Exception">The store cannot answer: it threw, took too long, or is busy already.</exception>
    public async Task<StoredKey?> ReadAsync(ApiKeyHash[] hashes)
    {
        var started = metrics.StartRead();
        var isOk = false;
        try
        {
            var read = await ReadInTimeAsync(hashes).ConfigureAwait(false);
            isOk = true;
            return read;
        }
        finally
        {
            metrics.Read(isOk, started);
        }
    }

    private async Task<StoredKey?> ReadInTimeAsync(ApiKeyHash[] hashes)
    {
        var options = settings.Current.Options;
        if (Interlocked.Increment(ref _reads) > options.MaxStoreReads)
        {
            Interlocked.Decrement(ref _reads);
            throw new InvalidOperationException($"{options.MaxStoreReads} reads of the API key store are under way already.");
        }

        using var timeout = new CancellationTokenSource(options.StoreTimeout, time);
        Task<StoredKey?> read;

        // On the pool and without the caller's context: a store that blocks, or looks for the current request, harms nobody.
        using (ExecutionContext.SuppressFlow())
        {
            read = Task.Run(() => ReadInScopeAsync(hashes, timeout.Token));
        }

        try
        {
            return await read.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new TimeoutException($"The API key store did not answer within {options.StoreTimeout.TotalSeconds} s.");
        }
    }

    private async Task<StoredKey?> ReadInScopeAsync(ApiKeyHash[] hashes, CancellationToken cancellationToken)
    {
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                var store = scope.ServiceProvider.GetRequiredService<IApiKeyStore>();
                if (await store.FindByHashAsync(hashes, cancellationToken).ConfigureAwait(false) is not { } key)
                {
                    return null;
                }

                // The stamp first: a change of the settings during their read must outdate what was read.
                var stamp = stamps.Current(key.Workspace);
                var workspace = store is IApiKeyManagementStore management
                    ? await management.GetWorkspaceAsync(key.Workspace, cancellationToken).ConfigureAwait(false)
                    : null;
                return new StoredKey(key, workspace, stamp);
            }
        }
        finally
        {
            // A read that outlives its time-out still holds its place.
            Interlocked.Decrement(ref _reads);
        }
    }
}

/// <summary>A key as it was read, with the settings of its workspace.</summary>
internal sealed record StoredKey(ApiKey Key, ApiKeyWorkspace? Workspace, WorkspaceStamps.Stamp Stamp);
