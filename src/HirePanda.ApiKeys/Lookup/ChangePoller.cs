using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Reads the change table once a second and forgets what other processes changed. Numbers are given before transactions commit, so
/// a number may appear after a higher one: gaps are looked for again until they cannot be filled any more.
/// </summary>
internal sealed class ChangePoller(
    KeyLookup lookup, IServiceScopeFactory scopes, ApiKeyMetrics metrics, TimeProvider time, ILogger<ChangePoller> logger)
    : BackgroundJob(_interval, time, logger)
{
    /// <summary>A little less than the second within which other processes learn of a change.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(900);

    /// <summary>How many numbers below one that is seen may belong to transactions that are still open.</summary>
    private const int MaxGap = 1000;

    /// <summary>No transaction stays open longer.</summary>
    private static readonly TimeSpan _gapLifetime = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _retention = TimeSpan.FromHours(1);

    /// <summary>How many rows are read again while a wide gap may be filled.</summary>
    private const int MaxSeen = 10_000;

    private readonly Dictionary<long, DateTimeOffset> _gaps = [];

    /// <summary>What was read above the start of a gap that is too wide to look for each of its numbers; null: there is none.</summary>
    private WideGap? _wide;
    private long _last = -1;
    private DateTimeOffset _readAt;
    private DateTimeOffset _since;
    private DateTimeOffset _prunedAt;

    /// <summary>At once: whatever is cached before the first look is forgotten at it.</summary>
    protected override TimeSpan FirstRun => TimeSpan.Zero;

    protected override string FailureMessage
        => "The change table of the API key store cannot be read; until it can, changes by other processes hold when cached keys are read anew.";

    /// <summary>Reads the table once.</summary>
    internal async Task PollAsync(IApiKeyChangeFeed feed, CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        if (_last < 0 || now - _readAt > _retention)
        {
            // The first time, or so long ago that rows may be gone: whatever was cached meanwhile may be old.
            _last = await feed.GetLastChangeAsync(cancellationToken);
            _gaps.Clear();
            _wide = null;
            _since = now;
            for (var number = Math.Max(1, _last - MaxGap); number < _last; number++)
            {
                _gaps.Add(number, now);
            }

            lookup.Clear();
        }

        var rows = await feed.ReadChangesAsync(_wide?.Start ?? _last, [.. _gaps.Keys], cancellationToken);
        foreach (var row in rows.Where(row => _wide?.Seen.Contains(row.Number) != true))
        {
            Forget(row);
            _gaps.Remove(row.Number);
            if (row.Number - _last - 1 > MaxGap)
            {
                // Too many numbers to look for: all is forgotten now, and until they are too old all rows above are read again.
                lookup.Clear();
                _wide = new WideGap(_wide?.Start ?? _last, now, _wide?.Seen ?? []);
            }

            for (var number = Math.Max(_last + 1, row.Number - MaxGap); number < row.Number; number++)
            {
                _gaps.TryAdd(number, now);
            }

            _last = Math.Max(_last, row.Number);
            _wide?.Seen.Add(row.Number);
        }

        if (_wide?.Seen.Count > MaxSeen)
        {
            _wide = null;
            lookup.Clear();
        }
        else if (now - _wide?.Since > _gapLifetime)
        {
            _wide = null;
        }

        foreach (var (number, since) in _gaps)
        {
            if (now - since > _gapLifetime)
            {
                _gaps.Remove(number);
            }
        }

        _readAt = now;
        if (now - _prunedAt > _pruneInterval)
        {
            _prunedAt = now;
            await feed.PruneChangesAsync(now - _retention, cancellationToken);
            if (await feed.GetLastChangeAsync(cancellationToken) < _last)
            {
                // The database was restored from a backup, and its numbers have begun again below ours: so do we.
                _last = -1;
            }
        }
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyStore>() is IApiKeyChangeFeed feed)
        {
            await PollAsync(feed, cancellationToken);
        }
        else
        {
            // There is no change table to poll.
            RunIn(Timeout.InfiniteTimeSpan);
        }
    }

    private void Forget(ApiKeyChangeRow row)
    {
        if (row.Hash is { } hash)
        {
            lookup.Forget(hash);
        }

        if (row.Workspace is { } workspace)
        {
            lookup.ForgetWorkspace(workspace);
        }

        // What changed before this process began to read was never cached.
        if (row.At >= _since)
        {
            metrics.Invalidated(Time.GetUtcNow() - row.At.Value);
        }
    }

    /// <summary>Numbers that were left out, more than are looked for one by one.</summary>
    /// <param name="Start">The last number before them.</param>
    /// <param name="Since">When they were last left out.</param>
    /// <param name="Seen">The numbers above that have been read.</param>
    private sealed record WideGap(long Start, DateTimeOffset Since, HashSet<long> Seen);
}
