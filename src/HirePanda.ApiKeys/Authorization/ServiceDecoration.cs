using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HirePanda.ApiKeys;

/// <summary>Wraps and replaces services that are registered already.</summary>
internal static class ServiceDecoration
{
    /// <summary>Gets the registration that is in effect so far: the last one, or null if there is none.</summary>
    public static ServiceDescriptor? InEffect(this IServiceCollection services, Type type)
        => services.LastOrDefault(service => service.ServiceType == type && !service.IsKeyedService);

    /// <summary>
    /// Puts a type that is derived from the framework's in its place, with the same lifetime. A host's own service stays.
    /// </summary>
    public static void ReplaceFrameworks<
        TService, TFrameworks, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TOurs>(
        this IServiceCollection services)
        where TService : class
        where TOurs : class, TFrameworks, TService
    {
        var current = services.InEffect(typeof(TService))!;
        if (current.ImplementationType == typeof(TFrameworks))
        {
            services.Replace(ServiceDescriptor.Describe(typeof(TService), typeof(TOurs), current.Lifetime));
        }
    }

    /// <summary>Wraps the service that is in effect so far.</summary>
    public static void Decorate<TService>(this IServiceCollection services, Func<IServiceProvider, TService, TService> decorate)
        where TService : class
    {
        var inner = services.InEffect(typeof(TService))!;

        // The framework's own are stateless transients, created for every request. Wrapped, one serves all requests.
        var isFrameworks = inner.ImplementationType?.Assembly == typeof(DefaultAuthorizationPolicyProvider).Assembly
            || inner.ImplementationType?.Assembly == typeof(PolicyEvaluator).Assembly;
        var innerKey = new object();
        services.Remove(inner);
        services.Add(Keyed(inner, innerKey));
        services.Add(ServiceDescriptor.Describe(
            typeof(TService),
            provider => decorate(provider, provider.GetRequiredKeyedService<TService>(innerKey)),
            isFrameworks ? ServiceLifetime.Singleton : inner.Lifetime));

        // With a key of its own, the inner service is still created and disposed of by the container.
        static ServiceDescriptor Keyed(ServiceDescriptor service, object key) => service switch
        {
            { ImplementationInstance: { } instance } => new(service.ServiceType, key, instance),
            { ImplementationFactory: { } factory }
                => new(service.ServiceType, key, (provider, _) => factory(provider), service.Lifetime),
            _ => new(service.ServiceType, key, service.ImplementationType!, service.Lifetime),
        };
    }
}
