using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Finds live keys by hash: in the cache, else in the store, with one read for any number of concurrent misses.
/// </summary>
internal sealed class KeyLookup
{
    /// <summary>How long a failed read of a known key is not repeated.</summary>
    private static readonly long _retryAfterFailure = TimeSpan.FromSeconds(5).Ticks;

    private readonly KeyCache _cache;
    private readonly StoreReader _store;
    private readonly RateLimiter _limiter;
    private readonly KeyActivities _uses;
    private readonly WorkspaceInvalidationTokens _stamps;
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
        KeyActivities uses,
        WorkspaceInvalidationTokens stamps,
        ChangeEvents events,
        ApiKeySettings settings,
        ApiKeyMetrics metrics,
        TimeProvider time,
        ILogger<KeyLookup> logger)
    {
        (_cache, _store, _limiter, _uses, _stamps) = (cache, store, limiter, uses, stamps);
        (_settings, _metrics, _time, _logger) = (settings, metrics, time, logger);
        events.Changed += Forget;
    }

    /// <summary>Finds a key that the cache may answer for; starts its refresh when that is due.</summary>
    public LiveKey? Cached(in ApiKeyHash hash, long now)
    {
        if (_cache.Get(hash) is not { } entry || !entry.Answers(now) || IsOfAnotherCatalog(entry))
        {
            return null;
        }

        if (entry.StartsRefresh(now))
        {
            _ = StartRead([hash], entry);
        }

        _metrics.LookedUp(now < entry.FreshUntil ? CacheResult.Hit : CacheResult.Stale);
        return entry.Live;
    }

    /// <summary>Finds a key that <see cref="Cached"/> did not.</summary>
    /// <param name="hashes">All hashes that one secret may have; the first is how new keys are hashed.</param>
    /// <param name="mayMiss">Whether a key of which the cache holds nothing may be asked of the store.</param>
    /// <param name="cancellationToken">Stops waiting for the read, not the read.</param>
    public async ValueTask<(LookupOutcome Outcome, LiveKey? Live)> FindAsync(
        ApiKeyHash[] hashes, bool mayMiss, CancellationToken cancellationToken)
    {
        var known = _cache.Get(hashes);
        if (known is not null && known.Answers(Now) && !IsOfAnotherCatalog(known))
        {
            _metrics.LookedUp(Now < known.FreshUntil ? CacheResult.Hit : CacheResult.Stale);
            return (LookupOutcome.Found, known.Live);
        }

        if (known is null)
        {
            if (!mayMiss)
            {
                _metrics.LookedUp(CacheResult.Miss);
                return (LookupOutcome.Refused, null);
            }

            if (_cache.GetAbsent(hashes) is { } absent && absent.Answers(Now))
            {
                _metrics.LookedUp(CacheResult.Negative);
                return (LookupOutcome.NotFound, null);
            }
        }

        CacheEntry? read = null;
        do
        {
            // Once more where the key was changed between the end of the read and here.
            read = _store.HasStore
                ? await StartRead(hashes, read ?? known).WaitAsync(cancellationToken).ConfigureAwait(false)
                : null;
        }
        while (read is { IsOutdated: true });

        if (read is not null)
        {
            _metrics.LookedUp(CacheResult.Miss);
            return read.Live is null ? (LookupOutcome.NotFound, null) : (LookupOutcome.Found, read.Live);
        }

        // The read may have taken a while, and somebody may have revoked the key meanwhile, so ask the cache again.
        if (known is { IsOutdated: false } && known.IsOfThePast(Now) && _cache.Get(hashes) == known)
        {
            known.AnswerStaleUntil(Now + _retryAfterFailure);
            _metrics.LookedUp(CacheResult.Stale);
            return (LookupOutcome.Found, known.Live);
        }

        _metrics.LookedUp(CacheResult.Miss);
        return (LookupOutcome.Unavailable, null);
    }

    /// <summary>Forgets a key, also in reads that are under way: once this returns, nobody is given the older record.</summary>
    public void Forget(in ApiKeyHash hash) => _cache.Forget(hash);

    /// <summary>Forgets the settings of a workspace and all of its keys, also in reads that are under way.</summary>
    public void ForgetWorkspace(string workspace) => _stamps.Forget(workspace);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _cache.Clear();

    /// <summary>Whether the options have changed since it was compiled; when the store is down it serves all the same.</summary>
    private bool IsOfAnotherCatalog(CacheEntry entry) => entry.Live is { } live && live.Catalog != _settings.Current.Catalog;

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

    /// <summary>Starts a read, or joins the one that is under way.</summary>
    /// <param name="hashes">What to read.</param>
    /// <param name="known">What the cache held when the read was found necessary.</param>
    private Task<CacheEntry?> StartRead(ApiKeyHash[] hashes, CacheEntry? known)
    {
        if (_reads.TryGetValue(hashes[0], out var running))
        {
            return running;
        }

        var mine = new TaskCompletionSource<CacheEntry?>(TaskCreationOptions.RunContinuationsAsynchronously);
        running = _reads.GetOrAdd(hashes[0], mine.Task);
        if (running == mine.Task)
        {
            _ = ReadAsync(hashes, known, mine);
        }

        return running;
    }

    /// <summary>Reads until no invalidation falls into the read; completes with null when the store cannot answer.</summary>
    private async Task ReadAsync(ApiKeyHash[] hashes, CacheEntry? known, TaskCompletionSource<CacheEntry?> result)
    {
        CacheEntry? entry = null;
        try
        {
            // Another read may have ended between the look at the cache and the start of this one.
            var newer = _cache.Get(hashes) ?? _cache.GetAbsent(hashes);
            if (newer is not null && newer != known && newer.Answers(Now) && !IsOfAnotherCatalog(newer))
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
#pragma warning disable CA1031 // Whatever a store throws means that it cannot answer.
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

    /// <summary>Every five seconds at most: neither an outage nor a flood floods the log too.</summary>
    private bool IsTimeToLog(ref long loggedAt)
    {
        var now = Now;
        var logged = Volatile.Read(ref loggedAt);
        return Math.Abs(now - logged) >= _retryAfterFailure && Interlocked.CompareExchange(ref loggedAt, now, logged) == logged;
    }

    private CacheEntry Compile(ApiKeyHash[] hashes, StoredKey? stored, long readAt)
    {
        var settings = _settings.Current;
        if (stored is not var (key, workspace, stamp))
        {
            return new AbsentKey(hashes[0], readAt, readAt + settings.Options.Cache.NegativeLifetime.Ticks);
        }

        if (!hashes.Contains(key.Hash))
        {
            throw new InvalidOperationException(
                $"The API key store was asked for one hash and gave key {key.Id}, which has another.");
        }

        // Up to a tenth shorter, so that keys that were read together are not read together again.
        var lifetime = settings.Options.Cache.Lifetime.Ticks;
        var freshUntil = readAt + lifetime - Random.Shared.NextInt64((lifetime / 10) + 1);
        return new LiveKey(key, workspace, stamp, settings.Catalog, _limiter, _uses, readAt, freshUntil);
    }
}
