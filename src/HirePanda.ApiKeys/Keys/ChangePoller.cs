using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// A background job that reads the change feed of the store about once a second. It removes keys that other processes changed
/// from the cache. Row numbers are assigned before transactions commit, so a number may appear after a higher number. Gaps are
/// read again until they can no longer be filled.
/// </summary>
internal sealed class ChangePoller(
    KeyLookup lookup, IServiceScopeFactory scopes, ApiKeyMetrics metrics, TimeProvider time, ILogger<ChangePoller> logger)
    : BackgroundJob(_interval, time, logger)
{
    /// <summary>A little less than the second within which a change reaches other processes.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(900);

    /// <summary>The number of row numbers below a known number that may belong to open transactions.</summary>
    private const int MaxGap = 1000;

    /// <summary>The longest time that a transaction stays open.</summary>
    private static readonly TimeSpan _gapLifetime = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _retention = TimeSpan.FromHours(1);

    /// <summary>
    /// The largest number of rows that are read again while a wide gap may be filled, and of single numbers that are looked for.
    /// With more, the cache is cleared, and a late change applies when the key is read again.
    /// </summary>
    private const int MaxSeen = 10_000;

    private readonly Dictionary<long, DateTimeOffset> _gaps = [];

    /// <summary>The gap that is too wide to look for each of its numbers, or null if there is none.</summary>
    private WideGap? _wide;
    private long _last = -1;
    private volatile bool _isBackup;
    private long _lastReadAt;
    private DateTimeOffset _readAt;
    private DateTimeOffset _since;
    private DateTimeOffset _prunedAt;

    /// <summary>Gets the time when the feed was last read, in ticks, or 0 if it was not read yet.</summary>
    public long LastReadAt => Volatile.Read(ref _lastReadAt);

    /// <summary>
    /// Gets or sets a value that indicates whether another channel brings changes first. This job then does not record their
    /// latency.
    /// </summary>
    public bool IsBackup { get => _isBackup; set => _isBackup = value; }

    /// <summary>Gets the time to the first run, which clears what was cached before it.</summary>
    protected override TimeSpan FirstRun => TimeSpan.Zero;

    protected override string FailureMessage
        => "The change feed of the API key store could not be read. Changes by other processes apply when cached keys are read "
            + "again.";

    /// <summary>Reads the feed once.</summary>
    internal async Task PollAsync(IApiKeyChangeFeed feed, CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        if (_last < 0 || now - _readAt > _retention)
        {
            // On the first read, or if rows may have been deleted since the last read, any cached key may be outdated.
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
                // There are too many numbers to look for. The cache is cleared, and all rows above are read again for a while.
                lookup.Clear();
                _wide = new WideGap(_wide?.Start ?? _last, now, _wide?.Seen ?? []);
            }
            else
            {
                for (var number = _last + 1; number < row.Number && _gaps.Count <= MaxSeen; number++)
                {
                    _gaps.TryAdd(number, now);
                }
            }

            _last = Math.Max(_last, row.Number);
            _wide?.Seen.Add(row.Number);
        }

        if (_gaps.Count > MaxSeen)
        {
            _gaps.Clear();
            lookup.Clear();
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
        Volatile.Write(ref _lastReadAt, now.UtcTicks);
        if (now - _prunedAt > _pruneInterval)
        {
            _prunedAt = now;
            await feed.PruneChangesAsync(now - _retention, cancellationToken);
            if (await feed.GetLastChangeAsync(cancellationToken) < _last)
            {
                // The database was restored from a backup, and its numbers start again below the last one.
                _last = -1;
            }
        }
    }

    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyChangeFeed>() is { } feed)
        {
            await PollAsync(feed, cancellationToken);
        }
        else
        {
            // There is no change feed to poll.
            RunIn(Timeout.InfiniteTimeSpan);
        }
    }

    private void Forget(ApiKeyChangeNotification row)
    {
        if (row.Hash is { } hash)
        {
            lookup.Forget(hash);
        }

        if (row.Workspace is { } workspace)
        {
            lookup.ForgetWorkspace(workspace);
        }

        // A change from before the first read was never cached, so its latency is not recorded.
        if (row.At >= _since && !IsBackup)
        {
            metrics.RecordInvalidation(Time.GetUtcNow() - row.At.Value);
        }
    }

    /// <summary>A gap with more numbers than are looked for one by one.</summary>
    /// <param name="Start">The last number before the gap.</param>
    /// <param name="Since">The time when the gap was last seen.</param>
    /// <param name="Seen">The numbers above the gap that have been read.</param>
    private sealed record WideGap(long Start, DateTimeOffset Since, HashSet<long> Seen);
}
