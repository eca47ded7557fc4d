using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HirePanda.ApiKeys;

/// <summary>Registers who callers are, and the further schemes that the host accepts.</summary>
internal static class CredentialsServices
{
    public static IServiceCollection AddCredentialsServices(this IServiceCollection services)
    {
        services.TryAddSingleton<IApiKeyActorResolver, ApiKeyActorResolver>();
        services.AddSingleton<AcceptedSchemes>();
        services.AddSingleton<CredentialAcceptor>();
        return services;
    }

    /// <summary>Accepts a further scheme. The first one registers the selector.</summary>
    public static void Accept(this IServiceCollection services, AcceptedScheme scheme)
    {
        var accepted = services.Select(service => service.IsKeyedService ? null : service.ImplementationInstance)
            .OfType<AcceptedScheme>().ToList();
        if (scheme.Name is ApiKeyDefaults.AuthenticationScheme or ApiKeyDefaults.SelectorScheme)
        {
            throw new InvalidOperationException(
                $"AcceptScheme(\"{scheme.Name}\") names a scheme of API keys, which are always accepted. Remove the call.");
        }

        if (accepted.Exists(other => other.Name == scheme.Name))
        {
            throw new InvalidOperationException(
                $"AcceptScheme(\"{scheme.Name}\") is called twice. Remove one of the calls.");
        }

        if (accepted.Count == 0)
        {
            services.Configure<AuthenticationOptions>(
                options => options.AddScheme<SelectorHandler>(ApiKeyDefaults.SelectorScheme, displayName: null));
            services.AddTransient<SelectorHandler>();
            services.Configure<ApiKeyOptions>(
                ApiKeyDefaults.AuthenticationScheme, options => options.AcceptsOtherSchemes = true);
        }

        services.AddSingleton(scheme);
    }
}
