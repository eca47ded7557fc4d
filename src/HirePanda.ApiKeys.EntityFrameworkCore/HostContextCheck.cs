using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>Stops the host at start if the store cannot use the host's own context.</summary>
/// <typeparam name="TContext">The host's context.</typeparam>
internal sealed class HostContextCheck<TContext>(IServiceScopeFactory scopes, IServiceProviderIsService services)
    : IHostedLifecycleService
    where TContext : DbContext
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // A later AddStore call, such as in a host's tests, removes the store. Decorators keep it registered.
        if (!services.IsService(typeof(EntityFrameworkApiKeyStore<TContext>)))
        {
            return;
        }

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TContext>();
        Provider.ThrowIfUnsupported(db);
        if (db.Model.FindEntityType(typeof(KeyRow)) is null)
        {
            throw new InvalidOperationException(
                $"The model of {typeof(TContext).Name} does not contain the API key tables. "
                + "Call modelBuilder.AddHirePandaApiKeys() in its OnModelCreating.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
