using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Stores the last-used times of keys every minute and when the host stops.</summary>
internal sealed class LastUsedWriter(
    KeyActivities activities, IServiceScopeFactory scopes, TimeProvider time, ILogger<LastUsedWriter> logger)
    : BackgroundJob(TimeSpan.FromMinutes(1), time, logger)
{
    public override TimeSpan TimeToStop => TimeSpan.FromSeconds(1.5);

    protected override string FailureMessage
        => "The last-used times of API keys could not be stored. They are kept and tried again.";

    /// <summary>Stores the pending times. If that fails, they stay pending.</summary>
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        var batch = activities.GetPendingLastUses();
        if (batch.Count > 0)
        {
            await SaveAsync(batch, cancellationToken);
        }

        activities.MarkStored(batch, Time.GetUtcNow().UtcTicks);
    }

    protected override Task FinishAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    private async Task SaveAsync(Dictionary<string, DateTimeOffset> batch, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyManagementStore>() is { } store)
        {
            await store.SaveLastUsedAsync(batch, cancellationToken);
        }
    }
}
