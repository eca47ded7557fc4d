using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <summary>Registers the reader of what the host's endpoints require.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccessServices(this IServiceCollection services)
        => services.AddScoped(provider => new EndpointRules(
            provider.GetService<EndpointDataSource>(),
            provider.GetRequiredService<IAuthorizationPolicyProvider>(),
            provider.GetRequiredService<IAuthenticationSchemeProvider>()));
}
