using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the policies, their evaluation, and the startup checks.</summary>
internal static class AuthorizationServices
{
    public static IServiceCollection AddAuthorizationServices(this IServiceCollection services)
    {
        services.AddAuthorization();
        services.AddSingleton<CatalogPolicies>();
        services.AddSingleton(provider => new ApiKeyPermissionEvaluator(provider.GetRequiredService<ApiKeySettings>()));
        services.Decorate<IAuthorizationPolicyProvider>((provider, inner)
            => new ApiKeyPolicyProvider(inner, provider.GetRequiredService<CatalogPolicies>()));
        services.ReplaceDefault<IPolicyEvaluator, PolicyEvaluator, ApiKeyPolicyEvaluator>();
        services.Decorate<IAuthorizationMiddlewareResultHandler>((provider, inner)
            => new ApiKeyAuthorizationResultHandler(inner, provider.GetRequiredService<ApiKeySettings>()));
        services.AddSingleton<StartupValidator>();
        services.AddHostedService(provider => provider.GetRequiredService<StartupValidator>());
        services.AddSingleton<IStartupFilter, EndpointPermissionCheck>();
        return services;
    }
}
