using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>Stops a host that is set up so that our policies would not hold, before it serves anything.</summary>
internal sealed class SetupCheck(IServiceScopeFactory scopes, StoreReader store, ILogger<SetupCheck> logger) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        using var scope = scopes.CreateScope();
        var provider = scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>();
        if (provider is not ApiKeyPolicyProvider)
        {
            throw new InvalidOperationException(
                $"The authorization policy provider in effect is {provider.GetType()}, so the policies of API keys would be unknown. "
                + "Register it before AddHirePandaApiKeys(), which then asks it first.");
        }

        if (!store.HasStore)
        {
            Log.NoStore(logger);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
