using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers what the health check reports.</summary>
internal static class HealthServices
{
    public static IServiceCollection AddHealthServices(this IServiceCollection services)
    {
        services.AddSingleton<IHealthSource, StoreHealth>();
        services.AddSingleton<IHealthSource, ChangeFeedHealth>();
        services.AddSingleton<IHealthSource, UsageHealth>();
        return services;
    }
}
