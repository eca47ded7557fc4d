using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Checks the registered services before the host serves requests. It stops the host if the policies of API keys would not work.
/// </summary>
internal sealed class StartupValidator(
    IServiceScopeFactory scopes,
    IServiceProviderIsService services,
    AcceptedSchemes accepted,
    ILogger<StartupValidator> logger) : IHostedLifecycleService
{
    /// <summary>
    /// Gets or sets a value that indicates whether the host maps the management endpoints, which need a management store.
    /// </summary>
    public bool IsManagementMapped { get; set; }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var provider = scope.ServiceProvider.GetRequiredService<IAuthorizationPolicyProvider>();
        if (provider is not ApiKeyPolicyProvider policies)
        {
            throw new InvalidOperationException(
                $"The authorization policy provider in effect is {provider.GetType()}, so the policies of API keys would be "
                + "unknown. Register it before AddHirePandaApiKeys(), which then decorates it.");
        }

        await accepted.ValidateAsync().ConfigureAwait(false);
        foreach (var (policy, name) in await policies.GetHiddenAsync().ConfigureAwait(false))
        {
            Log.PolicyHidden(logger, policy, name);
        }

        var handler = scope.ServiceProvider.GetRequiredService<IAuthorizationMiddlewareResultHandler>();
        if (handler is not ApiKeyAuthorizationResultHandler)
        {
            Log.ResultHandlerReplaced(logger);
        }

        if (!services.IsService(typeof(IApiKeyStore)))
        {
            Log.NoStore(logger);
        }
        else if (IsManagementMapped && !services.IsService(typeof(IApiKeyManagementStore)))
        {
            throw new InvalidOperationException(
                "MapHirePandaApiKeys() needs a store that implements IApiKeyManagementStore. Pass one to AddStore<T>(), or call "
                + "AddInMemoryStore().");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
