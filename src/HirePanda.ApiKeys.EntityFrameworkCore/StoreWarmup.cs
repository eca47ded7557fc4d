using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// Looks up a key that nobody has before the host serves: Entity Framework's first query builds its model and compiles, which on a
/// busy machine takes longer than a read of the store may. A store that is away does not keep the host from starting.
/// </summary>
internal sealed partial class StoreWarmup<TContext>(
    EntityFrameworkApiKeyStore<TContext> store, TimeProvider time, ILogger<StoreWarmup<TContext>> logger) : IHostedLifecycleService
    where TContext : DbContext
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            // On the pool: building a model blocks.
            await Task.Run(() => LookUpAsync(cancellationToken), cancellationToken)
                .WaitAsync(_patience, time, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, requests will tell.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogCold(exception);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task LookUpAsync(CancellationToken cancellationToken)
    {
        var hash = new ApiKeyHash(RandomNumberGenerator.GetBytes(ApiKeyHash.Size));
        await store.FindByHashAsync([hash], cancellationToken).ConfigureAwait(false);
        await store.GetWorkspaceAsync(hash.ToString(), cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(2, LogLevel.Warning, "The API key store did not answer at start, so the first requests may be answered 503.")]
    private partial void LogCold(Exception exception);
}
