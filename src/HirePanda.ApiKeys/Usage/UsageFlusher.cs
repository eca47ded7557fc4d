using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Stores the counts of requests every ten seconds, before a report is read, and when the host stops. A batch that failed is
/// tried again unchanged, because the store may have saved it without a response. New counts wait for the next batch.
/// </summary>
internal sealed class UsageFlusher(
    KeyActivities activities,
    UsageRecorder recorder,
    UsagePending pending,
    EndpointNames endpoints,
    UsageMetrics metrics,
    IServiceScopeFactory scopes,
    ApiKeySettings settings,
    TimeProvider time,
    ILogger<UsageFlusher> logger) : BackgroundJob(TimeSpan.FromSeconds(10), time, logger)
{
    /// <summary>
    /// The maximum number of counts in one transaction. After a long outage, counts are stored in several batches.
    /// </summary>
    private const int BatchSize = 20_000;

    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);

    private ApiKeyUsageBatch? _unsaved;
    private DateTimeOffset _prunedAt = DateTimeOffset.MinValue;

    /// <summary>Occurs after a batch was stored.</summary>
    public event Action<ApiKeyUsageBatch>? Stored;

    public override TimeSpan TimeToStop => TimeSpan.FromSeconds(5);

    protected override string FailureMessage => "The usage of API keys could not be stored. It is kept and tried again.";

    /// <summary>Stores the counts so far. If that fails, they are kept.</summary>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        Collect();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (scope.ServiceProvider.GetService<IApiKeyUsageStore>() is { } store)
            {
                await SaveAsync(store, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // No store stores usage, so requests are no longer counted.
                recorder.IsOn = false;
                pending.Take();
            }
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.CountFailure();
            throw;
        }
    }

    protected override Task FinishAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    private void Collect()
    {
        activities.TakeInto(pending);
        if (pending.Count > 0)
        {
            metrics.StartWaiting();
        }
    }

    private async Task SaveAsync(IApiKeyUsageStore store, CancellationToken cancellationToken)
    {
        while (_unsaved is not null || pending.Count > 0)
        {
            _unsaved ??= UsageRows.Create(pending.Take(BatchSize), endpoints, Time.GetUtcNow());
            await store.SaveUsageAsync(_unsaved, cancellationToken).ConfigureAwait(false);
            metrics.CountFlush();
            var stored = _unsaved;
            _unsaved = null;
            Stored?.Invoke(stored);
        }

        metrics.StopWaiting();
        var now = Time.GetUtcNow();
        if (now - _prunedAt >= _pruneInterval)
        {
            var options = settings.Current.Options;
            await PruneAsync(ApiKeyUsageGranularity.Minute, options.Usage.MinuteRetention).ConfigureAwait(false);
            await PruneAsync(ApiKeyUsageGranularity.Hour, options.Usage.HourRetention).ConfigureAwait(false);
            await PruneAsync(ApiKeyUsageGranularity.Day, options.Usage.DayRetention).ConfigureAwait(false);
            _prunedAt = now;
        }

        ValueTask PruneAsync(ApiKeyUsageGranularity level, TimeSpan kept)
            => store.PruneUsageAsync(level, now - kept, cancellationToken);
    }
}
