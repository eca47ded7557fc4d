using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Finds live keys by hash, in the cache or else in the store. <see cref="ApiKeyVerifier"/> calls it for every request. One read
/// of the store serves any number of concurrent misses of a key. Changes by this process and by <see cref="ChangePoller"/>
/// invalidate cached keys.
/// </summary>
internal sealed class KeyLookup
{
    /// <summary>The time for which a failed read of a known key is not repeated.</summary>
    private static readonly long _retryAfterFailure = TimeSpan.FromSeconds(5).Ticks;

    private readonly KeyCache _cache;
    private readonly StoreReader _store;
    private readonly RateLimiter _limiter;
    private readonly KeyActivities _activities;
    private readonly WorkspaceInvalidationTokens _workspaces;
    private readonly KnownHashes _known = new();
    private long _failureLoggedAt;
    private long _refusalLoggedAt;
    private readonly ApiKeySettings _settings;
    private readonly ApiKeyMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<KeyLookup> _logger;
    private readonly ConcurrentDictionary<ApiKeyHash, Task<CacheEntry?>> _reads = new();

    public KeyLookup(
        KeyCache cache,
        StoreReader store,
        RateLimiter limiter,
        KeyActivities activities,
        WorkspaceInvalidationTokens workspaces,
        ChangeEvents events,
        ApiKeySettings settings,
        ApiKeyMetrics metrics,
        TimeProvider time,
        ILogger<KeyLookup> logger)
    {
        (_cache, _store, _limiter, _activities, _workspaces) = (cache, store, limiter, activities, workspaces);
        (_settings, _metrics, _time, _logger) = (settings, metrics, time, logger);
        events.Changed += Forget;
    }

    /// <summary>Finds a usable key in the cache, and starts its refresh when that is due.</summary>
    public LiveKey? FindCached(in ApiKeyHash hash, long now)
    {
        if (_cache.Get(hash) is not { } entry || !entry.CanAnswer(now) || HasOtherCatalog(entry))
        {
            return null;
        }

        if (entry.TryStartRefresh(now))
        {
            _ = StartRead([hash], entry);
        }

        _metrics.CountLookup(now < entry.FreshUntil ? CacheResult.Hit : CacheResult.Stale);
        return entry.Live;
    }

    /// <summary>Finds a key that <see cref="FindCached"/> did not find.</summary>
    /// <param name="hashes">All hashes that one secret can have. The first is the hash that new keys get.</param>
    /// <param name="mayMiss">True to read the store if the cache has no entry for the secret.</param>
    /// <param name="cancellationToken">Stops waiting for the read, but does not cancel the read.</param>
    public async ValueTask<(LookupOutcome Outcome, LiveKey? Live)> FindAsync(
        ApiKeyHash[] hashes, bool mayMiss, CancellationToken cancellationToken)
    {
        var known = _cache.Get(hashes);
        if (known is not null && known.CanAnswer(Now) && !HasOtherCatalog(known))
        {
            _metrics.CountLookup(Now < known.FreshUntil ? CacheResult.Hit : CacheResult.Stale);
            return (LookupOutcome.Found, known.Live);
        }

        if (known is null)
        {
            if (!mayMiss)
            {
                _metrics.CountLookup(CacheResult.Miss);
                return (LookupOutcome.Refused, null);
            }

            if (_cache.GetAbsent(hashes) is { } absent && absent.CanAnswer(Now))
            {
                _metrics.CountLookup(CacheResult.Negative);
                return (LookupOutcome.NotFound, null);
            }
        }

        CacheEntry? read = null;
        do
        {
            // The read is repeated if the key was changed after it.
            read = _store.HasStore
                ? await StartRead(hashes, read ?? known).WaitAsync(cancellationToken).ConfigureAwait(false)
                : null;
        }
        while (read is { IsOutdated: true });

        if (read is not null)
        {
            _metrics.CountLookup(CacheResult.Miss);
            return read.Live is null ? (LookupOutcome.NotFound, null) : (LookupOutcome.Found, read.Live);
        }

        // The key may have been revoked during the read, so the cache is checked again.
        if (known is { IsOutdated: false } && known.WasReadBefore(Now) && _cache.Get(hashes) == known)
        {
            known.ServeStaleUntil(Now + _retryAfterFailure);
            _metrics.CountLookup(CacheResult.Stale);
            return (LookupOutcome.Found, known.Live);
        }

        _metrics.CountLookup(CacheResult.Miss);
        return (LookupOutcome.Unavailable, null);
    }

    /// <summary>Removes a key from the cache and from reads in progress. No later call returns the older record.</summary>
    public void Forget(in ApiKeyHash hash) => _cache.Forget(hash);

    /// <summary>Removes the settings of a workspace and all of its keys, also from reads in progress.</summary>
    public void ForgetWorkspace(string workspace) => _workspaces.Forget(workspace);

    public void Clear() => _cache.Clear();

    /// <summary>Determines whether the options have changed since the key was compiled. It then serves only in outages.</summary>
    private bool HasOtherCatalog(CacheEntry entry) => entry.Live is { } live && live.Catalog != _settings.Current.Catalog;

    private void Forget(ApiKeyChangeSet change)
    {
        foreach (var key in change.Added.Concat(change.Updated))
        {
            Forget(key.Hash);
        }

        if (change.Workspace is { } workspace)
        {
            ForgetWorkspace(workspace.Id);
        }
    }

    private long Now => _time.GetUtcNow().UtcTicks;

    /// <summary>Starts a read, or gets the read in progress.</summary>
    /// <param name="hashes">All hashes that the secret can have.</param>
    /// <param name="known">The entry that the cache had before the read, or null if it had none.</param>
    private Task<CacheEntry?> StartRead(ApiKeyHash[] hashes, CacheEntry? known)
    {
        if (_reads.TryGetValue(hashes[0], out var running))
        {
            return running;
        }

        var own = new TaskCompletionSource<CacheEntry?>(TaskCreationOptions.RunContinuationsAsynchronously);
        running = _reads.GetOrAdd(hashes[0], own.Task);
        if (running == own.Task)
        {
            _ = ReadAsync(hashes, known, own);
        }

        return running;
    }

    /// <summary>Reads until nothing was invalidated during the read. The result is null if the store cannot answer.</summary>
    private async Task ReadAsync(ApiKeyHash[] hashes, CacheEntry? known, TaskCompletionSource<CacheEntry?> result)
    {
        CacheEntry? entry = null;
        try
        {
            // Another read may have ended after the cache was checked and before this read started.
            var newer = _cache.Get(hashes) ?? _cache.GetAbsent(hashes);
            if (newer is not null && newer != known && newer.CanAnswer(Now) && !HasOtherCatalog(newer))
            {
                entry = newer;
                return;
            }

            var isKnown = known?.Live is not null || _known.Contains(hashes);
            long generation;
            do
            {
                generation = _cache.Generation(hashes);
                var readAt = Now;
                if (_store.TryRead(hashes, isKnown) is not { } read)
                {
                    entry = null;
                    if (IsTimeToLog(ref _refusalLoggedAt))
                    {
                        Log.StoreIsBusy(_logger, _settings.Current.Options.Cache.MaxStoreReads);
                    }

                    return;
                }

                entry = Compile(hashes, await read.ConfigureAwait(false), readAt);
            }
            while (entry.IsOutdated || !_cache.TryPublish(hashes, entry, generation));

            if (entry.Live is not null)
            {
                _known.Add(entry.Hash);
            }
        }
#pragma warning disable CA1031 // A store can throw any exception. It then cannot answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            entry = null;
            if (IsTimeToLog(ref _failureLoggedAt))
            {
                Log.StoreCannotAnswer(_logger, exception);
            }
        }
        finally
        {
            _reads.TryRemove(hashes[0], out _);
            result.SetResult(entry);
        }
    }

    /// <summary>Limits a message to once in five seconds, so that outages and floods of requests do not fill the log.</summary>
    private bool IsTimeToLog(ref long loggedAt)
    {
        var now = Now;
        var logged = Volatile.Read(ref loggedAt);
        return Math.Abs(now - logged) >= _retryAfterFailure && Interlocked.CompareExchange(ref loggedAt, now, logged) == logged;
    }

    private CacheEntry Compile(ApiKeyHash[] hashes, StoredKey? stored, long readAt)
    {
        var settings = _settings.Current;
        if (stored is not var (key, workspace, token))
        {
            return new AbsentKey(hashes[0], readAt, readAt + settings.Options.Cache.NegativeLifetime.Ticks);
        }

        if (!hashes.Contains(key.Hash))
        {
            throw new InvalidOperationException($"The store returned API key {key.Id}, which has none of the requested hashes.");
        }

        // The time is up to a tenth shorter, so that keys that were read together are not read together again.
        var lifetime = settings.Options.Cache.Lifetime.Ticks;
        var freshUntil = readAt + lifetime - Random.Shared.NextInt64((lifetime / 10) + 1);
        return new LiveKey(key, workspace, token, settings.Catalog, _limiter, _activities, readAt, freshUntil);
    }
}
