using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Stores what was counted: every ten seconds, when a report asks, and once more when the host stops. A batch that could not be stored is tried
/// again as it is, since it may have been stored without our being told; what comes meanwhile waits for the next one.
/// </summary>
internal sealed class UsageFlusher(
    KeyActivities uses,
    UsageRecorder recorder,
    UsagePending pending,
    EndpointNames endpoints,
    UsageMetrics metrics,
    IServiceScopeFactory scopes,
    ApiKeySettings settings,
    TimeProvider time,
    ILogger<UsageFlusher> logger) : BackgroundJob(TimeSpan.FromSeconds(10), time, logger)
{
    /// <summary>How many counts go into one transaction: what a long outage left comes in parts, each of which is stored for good.</summary>
    private const int BatchSize = 20_000;

    private static readonly TimeSpan _pruneInterval = TimeSpan.FromMinutes(10);

    private ApiKeyUsageBatch? _unsaved;
    private DateTimeOffset _prunedAt = DateTimeOffset.MinValue;

    /// <summary>Raised after a batch was stored.</summary>
    public event Action<ApiKeyUsageBatch>? Stored;

    public override TimeSpan TimeToStop => TimeSpan.FromSeconds(5);

    protected override string FailureMessage => "Usage of API keys could not be stored; it is kept and tried again.";

    /// <summary>Stores what was counted so far; on failure it is kept.</summary>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        Collect();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (scope.ServiceProvider.GetService<IApiKeyStore>() is IApiKeyUsageStore store)
            {
                await SaveAsync(store, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // Nobody keeps it: not counted any more, and what was counted is no loss.
                recorder.IsOn = false;
                pending.Take();
            }
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.Failed();
            throw;
        }
    }

    protected override Task FinishAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

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
            _unsaved ??= UsageRows.Make(pending.Take(BatchSize), endpoints, Time.GetUtcNow());
            await store.SaveUsageAsync(_unsaved, cancellationToken).ConfigureAwait(false);
            metrics.Flushed();
            var stored = _unsaved;
            _unsaved = null;
            Stored?.Invoke(stored);
        }

        metrics.WaitsNoMore();
        var now = Time.GetUtcNow();
        if (now - _prunedAt >= _pruneInterval)
        {
            var options = settings.Current.Options;
            await store.PruneUsageAsync(ApiKeyUsageGranularity.Minute, now - options.Usage.MinuteRetention, cancellationToken)
                .ConfigureAwait(false);
            await store.PruneUsageAsync(ApiKeyUsageGranularity.Hour, now - options.Usage.HourRetention, cancellationToken)
                .ConfigureAwait(false);
            await store.PruneUsageAsync(ApiKeyUsageGranularity.Day, now - options.Usage.DayRetention, cancellationToken)
                .ConfigureAwait(false);
            _prunedAt = now;
        }
    }
}
