using Microsoft.Extensions.DependencyInjection;
using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>Registers the service that runs background jobs. Every room adds its own jobs.</summary>
internal static class BackgroundServices
{
    public static IServiceCollection AddBackgroundServices(this IServiceCollection services)
    {
        services.AddHostedService<BackgroundJobs>();
        return services;
    }

    /// <summary>
    /// Adds a job. Jobs stop in reverse order, so a room's jobs stop before the jobs of the rooms that it uses: alerting jobs
    /// stop before the jobs that store data.
    /// </summary>
    public static void AddJob<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TJob>(
        this IServiceCollection services)
        where TJob : BackgroundJob
    {
        services.AddSingleton<TJob>();
        services.AddSingleton<BackgroundJob>(provider => provider.GetRequiredService<TJob>());
    }
}
