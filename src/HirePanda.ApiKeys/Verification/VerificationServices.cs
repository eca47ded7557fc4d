using Microsoft.Extensions.DependencyInjection;
using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>Registers the verifier and the observers of its verdicts.</summary>
internal static class VerificationServices
{
    public static IServiceCollection AddVerificationServices(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ApiKeyVerifier(
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<KeyLookup>(),
            provider.GetRequiredService<FailureThrottle>(),
            provider.GetRequiredService<MonotonicClock>(),
            provider.GetService<ISharedRateLimiter>(),
            provider.GetServices<IVerdictObserver>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddObserver<VerdictCounters>();
        services.AddObserver<FailureThrottle>();
        services.AddObserver<FailedAttempts>();
        services.AddObserver<LimitReports>();
        services.AddObserver<AllowlistReports>();
        return services;
    }

    private static void AddObserver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TObserver>(
        this IServiceCollection services)
        where TObserver : class, IVerdictObserver
    {
        services.AddSingleton<TObserver>();
        services.AddSingleton<IVerdictObserver>(provider => provider.GetRequiredService<TObserver>());
    }
}
