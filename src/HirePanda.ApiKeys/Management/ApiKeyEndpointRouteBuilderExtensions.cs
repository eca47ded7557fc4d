using System.Diagnostics.CodeAnalysis;
using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps key management.</summary>
public static class ApiKeyEndpointRouteBuilderExtensions
{
    /// <summary>Maps the endpoints that create, list, change, rotate and revoke the keys of the caller's workspace.</summary>
    /// <param name="endpoints">The host's endpoints.</param>
    /// <param name="pattern">Where, such as <c>/api/v1/api-keys</c>.</param>
    /// <param name="policy">
    /// The policy that a caller must meet. Callers that are not keys also need an <see cref="IApiKeyActorResolver"/> that knows them.
    /// Default: the permission <c>keys:manage</c>.
    /// </param>
    /// <returns>The endpoints.</returns>
    /// <exception cref="InvalidOperationException">A call is missing, or the store does not serve management.</exception>
    public static RouteGroupBuilder MapHirePandaApiKeys(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string policy = ApiKeyPermissions.KeysManage)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider.GetRequiredService<IServiceProviderIsService>();
        if (!services.IsService(typeof(ApiKeyVerifier)))
        {
            throw new InvalidOperationException("MapHirePandaApiKeys() needs the services of AddHirePandaApiKeys(): call it on builder.Services.");
        }

        if (services.IsService(typeof(IApiKeyStore)) && !services.IsService(typeof(IApiKeyManagementStore)))
        {
            throw new InvalidOperationException(
                "MapHirePandaApiKeys() needs a store that implements IApiKeyManagementStore: pass one to AddStore<T>(), or call AddInMemoryStore().");
        }

        return ApiKeyEndpoints.Map(endpoints, pattern, policy);
    }
}
