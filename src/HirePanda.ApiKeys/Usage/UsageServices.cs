using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the jobs that store counts and last-used times.</summary>
internal static class UsageServices
{
    public static IServiceCollection AddUsageServices(this IServiceCollection services)
    {
        services.AddSingleton<UsageMetrics>();
        services.AddJob<UsageFlusher>();
        services.AddJob<LastUsedWriter>();
        return services;
    }
}
