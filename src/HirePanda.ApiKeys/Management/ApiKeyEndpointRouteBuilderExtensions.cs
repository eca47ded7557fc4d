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
    /// The policy that a caller must meet, or null for the permission <see cref="ApiKeyPermissions.KeysManage"/>. Callers that
    /// are not keys also need an <see cref="IApiKeyActorResolver"/> that knows them. The default is null.
    /// </param>
    /// <returns>The endpoints.</returns>
    /// <exception cref="InvalidOperationException"><c>AddHirePandaApiKeys</c> was not called.</exception>
    /// <remarks>A host without an <see cref="IApiKeyManagementStore"/> does not start.</remarks>
    public static RouteGroupBuilder MapHirePandaApiKeys(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern, string? policy = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var check = endpoints.ServiceProvider.GetService<StartupValidator>()
            ?? throw new InvalidOperationException(
                "MapHirePandaApiKeys() needs the services of AddHirePandaApiKeys(): call it on builder.Services.");
        check.IsManagementMapped = true;
        return ManagementRoutes.Map(endpoints, pattern, policy);
    }
}
