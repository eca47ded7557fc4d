using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the metrics.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetryServices(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<ApiKeyMetrics>();
        return services;
    }
}
