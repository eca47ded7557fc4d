using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the services that count requests in memory.</summary>
internal static class CountingServices
{
    public static IServiceCollection AddCountingServices(this IServiceCollection services)
    {
        services.AddSingleton<UsageBudget>();
        services.AddSingleton<KeyActivities>();
        services.AddSingleton<EndpointNames>();
        services.AddSingleton<Countries>();
        services.AddSingleton<UsageRecorder>();
        services.AddSingleton<UsagePending>();
        return services;
    }
}
