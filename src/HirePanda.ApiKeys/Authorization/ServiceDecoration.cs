using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HirePanda.ApiKeys;

/// <summary>Decorates and replaces services that are already registered.</summary>
internal static class ServiceDecoration
{
    /// <summary>Gets the last registration of a type, which is in effect, or null if there is none.</summary>
    public static ServiceDescriptor? InEffect(this IServiceCollection services, Type type)
        => services.LastOrDefault(service => service.ServiceType == type && !service.IsKeyedService);

    /// <summary>
    /// Replaces the framework's default implementation with a derived type, with the same lifetime. A host's own service stays.
    /// </summary>
    public static void ReplaceDefault<
        TService, TDefault, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TReplacement>(
        this IServiceCollection services)
        where TService : class
        where TReplacement : class, TDefault, TService
    {
        var current = services.InEffect(typeof(TService))!;
        if (current.ImplementationType == typeof(TDefault))
        {
            services.Replace(ServiceDescriptor.Describe(typeof(TService), typeof(TReplacement), current.Lifetime));
        }
    }

    /// <summary>Decorates the registration of a service that is in effect.</summary>
    public static void Decorate<TService>(this IServiceCollection services, Func<IServiceProvider, TService, TService> decorate)
        where TService : class
    {
        var inner = services.InEffect(typeof(TService))!;

        // The framework's own services are stateless transients. One decorated instance can serve all requests.
        var isDefault = inner.ImplementationType?.Assembly == typeof(DefaultAuthorizationPolicyProvider).Assembly
            || inner.ImplementationType?.Assembly == typeof(PolicyEvaluator).Assembly;
        var innerKey = new object();
        services.Remove(inner);
        services.Add(Keyed(inner, innerKey));
        services.Add(ServiceDescriptor.Describe(
            typeof(TService),
            provider => decorate(provider, provider.GetRequiredKeyedService<TService>(innerKey)),
            isDefault ? ServiceLifetime.Singleton : inner.Lifetime));

        // The inner service gets a key of its own, so that the container still creates and disposes it.
        static ServiceDescriptor Keyed(ServiceDescriptor service, object key) => service switch
        {
            { ImplementationInstance: { } instance } => new(service.ServiceType, key, instance),
            { ImplementationFactory: { } factory }
                => new(service.ServiceType, key, (provider, _) => factory(provider), service.Lifetime),
            _ => new(service.ServiceType, key, service.ImplementationType!, service.Lifetime),
        };
    }
}
