using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// Looks up a key that does not exist before the host serves requests. Entity Framework's first query builds the model and
/// compiles. On a busy machine, that takes longer than the store's read time-out. The host starts even if the database does not
/// respond.
/// </summary>
internal sealed partial class StoreWarmup<TContext>(
    IServiceProvider services, TimeProvider time, ILogger<StoreWarmup<TContext>> logger)
    : IHostedLifecycleService
    where TContext : DbContext
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(30);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // A later AddStore call, such as in a host's tests, removes the store.
        if (services.GetService<EntityFrameworkApiKeyStore<TContext>>() is not { } store)
        {
            return;
        }

        try
        {
            // Building the model blocks, so it runs on the thread pool.
            await Task.Run(() => LookUpAsync(store, cancellationToken), cancellationToken)
                .WaitAsync(_timeout, time, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Requests report the error later.
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

    private static async Task LookUpAsync(EntityFrameworkApiKeyStore<TContext> store, CancellationToken cancellationToken)
    {
        var hash = new ApiKeyHash(RandomNumberGenerator.GetBytes(ApiKeyHash.Size));
        await store.FindByHashAsync([hash], cancellationToken).ConfigureAwait(false);
        await store.GetWorkspaceAsync(hash.ToString(), cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(2, LogLevel.Warning, "The API key store did not answer at start, so the first requests may be answered 503.")]
    private partial void LogCold(Exception exception);
}
