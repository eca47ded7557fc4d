using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the rate limiter.</summary>
internal static class RateLimitingServices
{
    public static IServiceCollection AddRateLimitingServices(this IServiceCollection services)
    {
        services.AddSingleton<MonotonicClock>();
        services.AddSingleton<RateLimiter>();
        return services;
    }
}
