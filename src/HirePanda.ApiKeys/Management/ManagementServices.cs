using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the issuer and the manager of keys.</summary>
internal static class ManagementServices
{
    public static IServiceCollection AddManagementServices(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ApiKeyIssuer(
            provider.GetRequiredService<ApiKeySettings>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ApiKeyHasher(provider.GetRequiredService<ApiKeySettings>()));
        services.AddSingleton<RefusalBudget>();
        services.AddJob<AllowlistAudit>();
        services.AddScoped(provider => new ApiKeyManager(
            provider,
            provider.GetRequiredService<ApiKeyIssuer>(),
            provider.GetRequiredService<ChangeEvents>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
