using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the issuer and the manager of keys.</summary>
internal static class ManagementServices
{
    public static IServiceCollection AddManagementServices(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ApiKeyHasher(provider.GetRequiredService<ApiKeySettings>()));
        services.AddSingleton(provider => new ApiKeyIssuer(
            provider.GetRequiredService<ApiKeySettings>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ApiKeyCatalogReader(provider.GetRequiredService<ApiKeySettings>()));
        services.AddSingleton<RefusalBudget>();
        services.AddScoped<ManagementStores>();
        services.AddScoped<ChangeWriter>();
        services.AddScoped<RefusalAudit>();
        services.AddScoped(provider => new ApiKeyManager(
            provider.GetRequiredService<ManagementStores>(),
            provider.GetRequiredService<ChangeWriter>(),
            provider.GetRequiredService<RefusalAudit>(),
            provider.GetRequiredService<ApiKeyIssuer>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddScoped(provider => new ApiKeyWorkspaceManager(
            provider.GetRequiredService<ManagementStores>(),
            provider.GetRequiredService<ApiKeyManager>(),
            provider.GetRequiredService<ChangeWriter>(),
            provider.GetRequiredService<RefusalAudit>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddScoped(provider => new ApiKeyUsageReporter(
            provider.GetRequiredService<ManagementStores>(),
            provider.GetRequiredService<ApiKeyManager>(),
            provider.GetRequiredService<UsageFlusher>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddScoped(provider => new ApiKeyAccessEvaluator(
            provider.GetRequiredService<ApiKeyManager>(),
            provider.GetRequiredService<EndpointRules>(),
            provider.GetRequiredService<ApiKeySettings>()));
        services.AddScoped(provider => new ApiKeyAlertManager(
            provider.GetRequiredService<ManagementStores>(),
            provider.GetRequiredService<RefusalAudit>(),
            provider.GetRequiredService<WebhookTargets>(),
            provider.GetRequiredService<WebhookSecrets>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddJob<AllowlistAudit>();
        return services;
    }
}
