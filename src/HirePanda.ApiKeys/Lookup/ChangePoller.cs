using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Reads the change table once a second and forgets what other processes changed. Numbers are given before transactions commit, so
/// a number may appear after a higher one: gaps are looked for again until they cannot be filled any more.
/// </summary>
internal sealed class ChangePoller(
    KeyLookup lookup, IServiceScopeFactory scopes, ApiKeyMetrics metrics, StopBudget stop, TimeProvider time, ILogger<ChangePoller> logger) : BackgroundService
{
    /// <summary>A little less than the second within which other processes learn of a change.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(900);

    /// <summary>How many numbers below the first one seen may belong to transactions that are still open.</summary>
    private const int FirstLookBack = 1000;

    /// <summary>No transaction stays open longer.</summary>
    private static readonly TimeSpan _gapLifetime = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _retention = TimeSpan.FromHours(1);

    /// <summary>It has nothing to store.</summary>
    private static readonly TimeSpan _timeToStop = TimeSpan.FromSeconds(0.5);

    private readonly Dictionary<long, DateTimeOffset> _gaps = [];
    private long _last = -1;
    private DateTimeOffset _readAt;
    private DateTimeOffset _since;
    private DateTimeOffset _prunedAt;
    private bool _isFailing;

    public override Task StopAsync(CancellationToken cancellationToken) => stop.SpendAsync(_timeToStop, base.StopAsync);

    /// <summary>Reads the table once.</summary>
    internal async Task PollAsync(IApiKeyChangeFeed feed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_last < 0 || now - _readAt > _retention)
        {
            // The first time, or so long ago that rows may be gone: whatever was cached meanwhile may be old.
            _last = await feed.GetLastChangeAsync(cancellationToken);
            _gaps.Clear();
            _since = now;
            for (var number = Math.Max(1, _last - FirstLookBack); number < _last; number++)
            {
                _gaps.Add(number, now);
            }

            lookup.Clear();
        }

        var rows = await feed.ReadChangesAsync(_last, [.. _gaps.Keys], cancellationToken);
        foreach (var row in rows)
        {
            Forget(row);
            _gaps.Remove(row.Number);
            for (var number = _last + 1; number < row.Number; number++)
            {
                _gaps.TryAdd(number, now);
            }

            _last = Math.Max(_last, row.Number);
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
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            do
            {
                if (!await TryPollAsync(stoppingToken))
                {
                    return;
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The host stops.
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
            metrics.Invalidated(time.GetUtcNow() - row.At.Value);
        }
    }

    /// <summary>False where there is no change table to poll.</summary>
    private async Task<bool> TryPollAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (scope.ServiceProvider.GetService<IApiKeyStore>() is not IApiKeyChangeFeed feed)
            {
                return false;
            }

            await PollAsync(feed, cancellationToken);
            _isFailing = false;
        }
#pragma warning disable CA1031 // Whatever a store throws means that it cannot answer now.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!_isFailing)
            {
                Log.ChangesUnread(logger, exception);
            }

            _isFailing = true;
        }

        return true;
    }
}
