using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the rules of alerts and what raises them.</summary>
internal static class AlertsServices
{
    public static IServiceCollection AddAlertsServices(this IServiceCollection services)
    {
        services.AddSingleton<AlertSums>();
        services.AddSingleton<AlertRaiser>();
        services.AddSingleton<IApiKeyAlertSink, LogAlertSink>();
        services.AddJob<AlertSumWriter>();
        services.AddJob<ActivityWatch>();
        services.AddJob<AlertWatch>();
        services.AddJob<AlertReminders>();
        return services;
    }
}
