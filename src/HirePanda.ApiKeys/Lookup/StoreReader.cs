using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Reads the host's store: in a scope of its own, within a time-out, and only so many at once.</summary>
internal sealed class StoreReader(
    IServiceScopeFactory scopes, IServiceProviderIsService services, WorkspaceStamps stamps, ApiKeySettings settings, ApiKeyMetrics metrics, TimeProvider time)
{
    private int _reads;
    private int _unknownReads;

    /// <summary>Whether the host registered a store at all.</summary>
    public bool HasStore { get; } = services.IsService(typeof(IApiKeyStore));

    /// <summary>Starts to read one key and the settings of its workspace.</summary>
    /// <param name="hashes">All hashes that one secret may have.</param>
    /// <param name="isKnown">Whether a key has or had one of them. What nobody knows gets at most half of the places.</param>
    /// <returns>The read, which fails when the store throws or takes too long; null when no place is free.</returns>
    public Task<StoredKey?>? TryRead(ApiKeyHash[] hashes, bool isKnown)
    {
        var options = settings.Current.Options;
        if (!TryEnter(ref _reads, options.MaxStoreReads))
        {
            return null;
        }

        if (!isKnown && !TryEnter(ref _unknownReads, (options.MaxStoreReads + 1) / 2))
        {
            Interlocked.Decrement(ref _reads);
            return null;
        }

        return ReadAsync(hashes, isKnown, options.StoreTimeout);
    }

    private static bool TryEnter(ref int count, int max)
    {
        if (Interlocked.Increment(ref count) <= max)
        {
            return true;
        }

        Interlocked.Decrement(ref count);
        return false;
    }

    private async Task<StoredKey?> ReadAsync(ApiKeyHash[] hashes, bool isKnown, TimeSpan timeout)
    {
        var started = metrics.StartRead();
        var isOk = false;

        // Not disposed of: a read that is given up may still ask its token.
#pragma warning disable CA2000
        var givenUp = new CancellationTokenSource();
#pragma warning restore CA2000
        Task<StoredKey?> read;

        // On the pool and without the caller's context: a store that blocks, or looks for the current request, harms nobody.
        using (ExecutionContext.SuppressFlow())
        {
            read = Task.Run(() => ReadInScopeAsync(hashes, isKnown, givenUp.Token));
        }

        try
        {
            var stored = await read.WaitAsync(timeout, time).ConfigureAwait(false);
            isOk = true;
            return stored;
        }
        catch (TimeoutException) when (!read.IsCompleted)
        {
            GiveUp(givenUp);
            throw new TimeoutException($"The API key store did not answer within {timeout.TotalSeconds} s.");
        }
        finally
        {
            metrics.Read(isOk, started);
        }
    }

    /// <summary>
    /// Cancels on a thread outside the pool: clients of databases may block for seconds when they are cancelled. There are no more
    /// of these threads than reads, since a read holds its place until it ends.
    /// </summary>
    private static void GiveUp(CancellationTokenSource read) => Task.Factory.StartNew(
        static read => ((CancellationTokenSource)read!).Cancel(),
        read,
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private async Task<StoredKey?> ReadInScopeAsync(ApiKeyHash[] hashes, bool isKnown, CancellationToken cancellationToken)
    {
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                var store = scope.ServiceProvider.GetRequiredService<IApiKeyStore>();
                ApiKey? key;
                WorkspaceStamps.Stamp stamp;
                long began;
                do
                {
                    began = stamps.Sequence;
                    key = await store.FindByHashAsync(hashes, cancellationToken).ConfigureAwait(false);
                    if (key is null)
                    {
                        return null;
                    }

                    // The stamp first: a change of the settings during their read must outdate what was read.
                    stamp = stamps.Current(key.Workspace);
                }
                while (stamp.Sequence > began);

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
            if (!isKnown)
            {
                Interlocked.Decrement(ref _unknownReads);
            }
        }
    }
}

/// <summary>A key as it was read, with the settings of its workspace.</summary>
internal sealed record StoredKey(ApiKey Key, ApiKeyWorkspace? Workspace, WorkspaceStamps.Stamp Stamp);
