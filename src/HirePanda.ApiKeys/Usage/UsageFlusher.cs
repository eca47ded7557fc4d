using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Stores what was counted: every ten seconds, when a report asks, and once more when the host stops. A batch that could not be stored is tried
/// again as it is, since it may have been stored without our being told; what comes meanwhile waits for the next one.
/// </summary>
internal sealed class UsageFlusher(
    KeyUses uses,
    UsageRecorder recorder,
    UsagePending pending,
    EndpointNames endpoints,
    UsageMetrics metrics,
    IServiceScopeFactory scopes,
    ApiKeySettings settings,
    StopBudget stop,
    TimeProvider time,
    ILogger<UsageFlusher> logger) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);

    /// <summary>The last flush has its own time: the host's may be over.</summary>
    private static readonly TimeSpan _timeToStop = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1);
    private ApiKeyUsageBatch? _unsaved;
    private DateTimeOffset _prunedAt = DateTimeOffset.MinValue;

    /// <summary>Raised after a batch was stored.</summary>
    public event Action<ApiKeyUsageBatch>? Stored;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await WithStoreAsync(static _ => Task.CompletedTask, cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override Task StopAsync(CancellationToken cancellationToken) => stop.SpendAsync(_timeToStop, async token =>
    {
        await base.StopAsync(token).ConfigureAwait(false);
        await FlushAsync(token).ConfigureAwait(false);
    });

    /// <summary>Stores what was counted so far; on failure it is kept.</summary>
    /// <returns>Whether all of it is stored.</returns>
    public async Task<bool> FlushAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            Collect();
            return await WithStoreAsync(store => SaveAsync(store, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                await FlushAsync(stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Collect()
    {
        uses.TakeInto(pending);
        if (pending.Count > 0)
        {
            metrics.Waits();
        }
    }

    private async Task SaveAsync(IApiKeyUsageStore store, CancellationToken cancellationToken)
    {
        while (_unsaved is not null || pending.Count > 0)
        {
            _unsaved ??= UsageRows.Make(pending.Take(), endpoints, time.GetUtcNow());
            await store.SaveUsageAsync(_unsaved, cancellationToken).ConfigureAwait(false);
            metrics.Flushed();
            var stored = _unsaved;
            _unsaved = null;
            Stored?.Invoke(stored);
        }

        var now = time.GetUtcNow();
        if (now - _prunedAt >= _pruneInterval)
        {
            var options = settings.Current.Options;
            await store.PruneUsageAsync(ApiKeyUsageLevel.Minute, now - options.UsageMinutesKept, cancellationToken).ConfigureAwait(false);
            await store.PruneUsageAsync(ApiKeyUsageLevel.Hour, now - options.UsageHoursKept, cancellationToken).ConfigureAwait(false);
            await store.PruneUsageAsync(ApiKeyUsageLevel.Day, now - options.UsageDaysKept, cancellationToken).ConfigureAwait(false);
            _prunedAt = now;
        }
    }

    /// <summary>Calls the store, in a scope of its own; usage fails soft.</summary>
    private async Task<bool> WithStoreAsync(Func<IApiKeyUsageStore, Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (scope.ServiceProvider.GetService<IApiKeyStore>() is IApiKeyUsageStore store)
            {
                await call(store).ConfigureAwait(false);
            }
            else
            {
                // Nobody keeps it: not counted any more, and what was counted is no loss.
                recorder.IsOn = false;
                pending.Take();
            }

            return true;
        }
#pragma warning disable CA1031 // Telemetry fails soft.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                metrics.Failed();
                Log.UsageNotStored(logger, exception);
            }

            return false;
        }
    }
}
