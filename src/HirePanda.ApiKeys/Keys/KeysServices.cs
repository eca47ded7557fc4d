using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the cache of keys, the reader of the store, and the job that reads changes by other processes.</summary>
internal static class KeysServices
{
    public static IServiceCollection AddKeysServices(this IServiceCollection services)
    {
        services.AddSingleton<KeyCache>();
        services.AddSingleton<StoreReader>();
        services.AddSingleton<KeyLookup>();
        services.AddSingleton<WorkspaceLookup>();
        services.AddSingleton<WorkspaceInvalidationTokens>();
        services.AddSingleton<ChangeEvents>();
        services.AddJob<ChangePoller>();
        return services;
    }
}
