using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>
/// Reads keys from the host's store for <see cref="KeyLookup"/>, and settings of workspaces for <see cref="WorkspaceLookup"/>.
/// Each read has its own service scope and a time-out, and the number of concurrent reads is limited.
/// </summary>
internal sealed class StoreReader(
    IServiceScopeFactory scopes,
    IServiceProviderIsService services,
    WorkspaceInvalidationTokens workspaces,
    ApiKeySettings settings,
    ApiKeyMetrics metrics,
    TimeProvider time)
{
    private int _reads;
    private int _unknownReads;

    /// <summary>Gets a value that indicates whether the host has registered a store.</summary>
    public bool HasStore { get; } = services.IsService(typeof(IApiKeyStore));

    /// <summary>Starts to read one key and the settings of its workspace.</summary>
    /// <param name="hashes">All hashes that one secret can have.</param>
    /// <param name="isKnown">
    /// Whether a key has or had one of the hashes. Reads of unknown hashes get at most half of the places.
    /// </param>
    /// <returns>The read, which fails if the store throws or takes too long, or null if no place is free.</returns>
    public Task<StoredKey?>? TryRead(ApiKeyHash[] hashes, bool isKnown)
        => TryEnter(isKnown)
            ? ReadAsync((provider, cancellationToken) => FindAsync(provider, hashes, cancellationToken), isKnown)
            : null;

    /// <summary>Starts to read the settings of a workspace.</summary>
    /// <returns>The read, which fails if the store throws or takes too long, or null if no place is free.</returns>
    public Task<StoredWorkspace>? TryReadWorkspace(string workspace)
        => TryEnter(isKnown: true)
            ? ReadAsync((provider, cancellationToken) => GetAsync(provider, workspace, cancellationToken), isKnown: true)
            : null;

    private bool TryEnter(bool isKnown)
    {
        var max = settings.Current.Options.Cache.MaxStoreReads;
        if (!TryEnter(ref _reads, max))
        {
            return false;
        }

        if (!isKnown && !TryEnter(ref _unknownReads, (max + 1) / 2))
        {
            Interlocked.Decrement(ref _reads);
            return false;
        }

        return true;
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

    private async Task<T> ReadAsync<T>(Func<IServiceProvider, CancellationToken, Task<T>> readAsync, bool isKnown)
    {
        var timeout = settings.Current.Options.Cache.StoreTimeout;
        var started = metrics.StartRead();
        var isOk = false;

        // The source is not disposed, because a read that was given up may still use its token.
#pragma warning disable CA2000
        var givenUp = new CancellationTokenSource();
#pragma warning restore CA2000
        Task<T> read;

        // The read runs on the thread pool without the caller's context, so that a store that blocks, or that looks for the
        // current request, does no harm.
        using (ExecutionContext.SuppressFlow())
        {
            read = Task.Run(() => ReadInScopeAsync(readAsync, isKnown, givenUp.Token));
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
            metrics.RecordRead(isOk, started);
        }
    }

    /// <summary>
    /// Cancels a read on a thread outside the pool, because database clients may block for seconds when they are canceled. There
    /// are never more of these threads than reads, because a read keeps its place until it ends.
    /// </summary>
    private static void GiveUp(CancellationTokenSource read) => Task.Factory.StartNew(
        static read => ((CancellationTokenSource)read!).Cancel(),
        read,
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private async Task<T> ReadInScopeAsync<T>(
        Func<IServiceProvider, CancellationToken, Task<T>> readAsync, bool isKnown, CancellationToken cancellationToken)
    {
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                return await readAsync(scope.ServiceProvider, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            // A read that takes longer than its time-out keeps its place until here.
            Interlocked.Decrement(ref _reads);
            if (!isKnown)
            {
                Interlocked.Decrement(ref _unknownReads);
            }
        }
    }

    private async Task<StoredKey?> FindAsync(IServiceProvider provider, ApiKeyHash[] hashes, CancellationToken cancellationToken)
    {
        var store = provider.GetRequiredService<IApiKeyStore>();
        ApiKey? key;
        WorkspaceInvalidationToken token;
        long sequence;
        do
        {
            sequence = workspaces.Sequence;
            key = await store.FindByHashAsync(hashes, cancellationToken).ConfigureAwait(false);
            if (key is null)
            {
                return null;
            }

            // The token comes first, so that a change of the settings during their read invalidates what was read.
            token = workspaces.Get(key.Workspace);
        }
        while (token.Sequence > sequence);

        var found = await GetSettingsAsync(provider, key.Workspace, cancellationToken).ConfigureAwait(false);
        return new StoredKey(key, found, token);
    }

    private async Task<StoredWorkspace> GetAsync(IServiceProvider provider, string workspace, CancellationToken cancellationToken)
    {
        // The token comes first, as for a key.
        var token = workspaces.Get(workspace);
        return new(await GetSettingsAsync(provider, workspace, cancellationToken).ConfigureAwait(false), token);
    }

    private static async ValueTask<ApiKeyWorkspace?> GetSettingsAsync(
        IServiceProvider provider, string workspace, CancellationToken cancellationToken)
        => provider.GetService<IApiKeyManagementStore>() is { } management
            ? await management.GetWorkspaceAsync(workspace, cancellationToken).ConfigureAwait(false)
            : null;
}

/// <summary>A key as <see cref="StoreReader"/> read it, before it is compiled to a <see cref="LiveKey"/>.</summary>
/// <param name="Key">The record.</param>
/// <param name="Workspace">The settings of its workspace, or null if there are none.</param>
/// <param name="Token">The token that goes stale when the settings change.</param>
internal sealed record StoredKey(ApiKey Key, ApiKeyWorkspace? Workspace, WorkspaceInvalidationToken Token);

/// <summary>The settings of a workspace as <see cref="StoreReader"/> read them.</summary>
/// <param name="Settings">The settings, or null if there are none.</param>
/// <param name="Token">The token that goes stale when the settings change.</param>
internal sealed record StoredWorkspace(ApiKeyWorkspace? Settings, WorkspaceInvalidationToken Token);
