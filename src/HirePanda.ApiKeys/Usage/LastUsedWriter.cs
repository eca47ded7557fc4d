using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Stores when keys were last used: every minute, and once more when the host stops.</summary>
internal sealed class LastUsedWriter(KeyUses uses, IServiceScopeFactory scopes, StopBudget stop, TimeProvider time, ILogger<LastUsedWriter> logger) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(1);

    /// <summary>The last batch has its own time: the host's may be over.</summary>
    private static readonly TimeSpan _timeToStop = TimeSpan.FromSeconds(1.5);

    public override Task StopAsync(CancellationToken cancellationToken) => stop.SpendAsync(_timeToStop, async token =>
    {
        await base.StopAsync(token);
        await WriteAsync(token);
    });

    /// <summary>Stores what is pending; on failure it stays so.</summary>
    internal async Task WriteAsync(CancellationToken cancellationToken)
    {
        var batch = uses.PendingLastUses();
        try
        {
            if (batch.Count > 0)
            {
                await SaveAsync(batch, cancellationToken);
            }

            uses.LastUsesStored(batch, time.GetUtcNow().UtcTicks);
        }
#pragma warning disable CA1031 // Telemetry fails soft.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.LastUsedNotStored(logger, exception, batch.Count);
        }
    }

    private async Task SaveAsync(Dictionary<string, DateTimeOffset> batch, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetService<IApiKeyStore>() is IApiKeyManagementStore store)
        {
            await store.SaveLastUsedAsync(batch, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await WriteAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }
}
