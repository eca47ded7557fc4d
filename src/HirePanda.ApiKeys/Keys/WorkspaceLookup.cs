using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Finds the settings of a workspace for requests with accepted credentials, in memory or else in the store. Lifetime,
/// invalidation, and outages are those of <see cref="KeyLookup"/>.
/// </summary>
internal sealed class WorkspaceLookup(
    StoreReader store,
    RateLimiter limiter,
    KeyActivities activities,
    ApiKeySettings settings,
    TimeProvider time,
    ILogger<WorkspaceLookup> logger)
{
    private const int MaxWorkspaces = 10_000;

    /// <summary>The time for which a failed read is not repeated if older settings can be used.</summary>
    private static readonly long _retryAfterFailure = TimeSpan.FromSeconds(5).Ticks;

    private readonly ConcurrentDictionary<string, LiveWorkspace> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<LiveWorkspace?>>> _reads = new(StringComparer.Ordinal);
    private long _failureLoggedAt;

    /// <summary>Finds the settings of a workspace in memory. The result is null if they must be read.</summary>
    /// <param name="workspace">The id of the workspace.</param>
    /// <param name="now">The time in ticks.</param>
    public LiveWorkspace? FindCached(string workspace, long now)
    {
        if (!_known.TryGetValue(workspace, out var known) || known.Catalog != settings.Current.Catalog || !known.CanAnswer(now))
        {
            return null;
        }

        if (known.IsRefreshDue(now))
        {
            _ = StartRead(workspace);
        }

        return known;
    }

    /// <summary>Reads the settings of a workspace. The result is null if the store cannot answer.</summary>
    /// <param name="workspace">The id of the workspace.</param>
    /// <param name="cancellationToken">Stops waiting for the read, but does not cancel the read.</param>
    public async ValueTask<LiveWorkspace?> FindAsync(string workspace, CancellationToken cancellationToken)
    {
        LiveWorkspace? read;
        do
        {
            // The read is repeated if the settings were changed after it.
            read = await StartRead(workspace).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        while (read is { IsOutdated: true });

        if (read is not null)
        {
            return read;
        }

        var now = time.GetUtcNow().UtcTicks;
        return _known.TryGetValue(workspace, out var known) && known.TryServeStale(now, now + _retryAfterFailure) ? known : null;
    }

    /// <summary>Starts a read, or gets the read in progress.</summary>
    private Task<LiveWorkspace?> StartRead(string workspace)
        => _reads.GetOrAdd(workspace, static (id, lookup) => new(() => lookup.ReadAsync(id)), this).Value;

    private async Task<LiveWorkspace?> ReadAsync(string id)
    {
        try
        {
            if (store.TryReadWorkspace(id) is not { } read)
            {
                return null;
            }

            var now = time.GetUtcNow().UtcTicks;
            var current = settings.Current;
            var live = new LiveWorkspace(
                id,
                await read.ConfigureAwait(false),
                current.Catalog,
                limiter,
                activities,
                now,
                now + current.Options.Cache.Lifetime.Ticks);
            if (_known.Count >= MaxWorkspaces)
            {
                _known.Clear();
            }

            return _known[id] = live;
        }
#pragma warning disable CA1031 // A store can throw any exception. It then cannot answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var (now, logged) = (time.GetUtcNow().UtcTicks, Volatile.Read(ref _failureLoggedAt));
            if (now - logged >= _retryAfterFailure && Interlocked.CompareExchange(ref _failureLoggedAt, now, logged) == logged)
            {
                Log.StoreCannotAnswer(logger, exception);
            }

            return null;
        }
        finally
        {
            _reads.TryRemove(id, out _);
        }
    }
}
