using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Stops the host if an endpoint requires a permission that the catalog does not have. The check runs after the host's middleware
/// is set up. All endpoints that are mapped at startup are then known, and the server does not listen yet.
/// </summary>
internal sealed class EndpointPermissionCheck(ApiKeySettings settings) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        if (app.ApplicationServices.GetService<EndpointDataSource>() is { } endpoints)
        {
            Check(endpoints, app.ApplicationServices.GetRequiredService<IOptions<AuthorizationOptions>>().Value);
        }
    };

    private void Check(EndpointDataSource endpoints, AuthorizationOptions options)
    {
        var catalog = settings.Current.Catalog;
        foreach (var endpoint in endpoints.Endpoints)
        {
            foreach (var name in Required(endpoint.Metadata, options))
            {
                if (catalog.CanonicalName(name) is null)
                {
                    var tier = catalog.Tiers is [.., var highest] ? highest.Name : ApiKeyTiers.Admin;
                    throw new InvalidOperationException(
                        $"The endpoint '{endpoint.DisplayName}' requires the permission '{name}', but the catalog has no "
                        + "permission or tier with this name. Correct the name, or add the permission to a tier of the catalog: "
                        + $"options.Catalog.AddPermissions(\"{tier}\", \"{name}\").");
                }
            }
        }
    }

    private static IEnumerable<string> Required(EndpointMetadataCollection metadata, AuthorizationOptions options)
    {
        foreach (var data in metadata.GetOrderedMetadata<IAuthorizeData>())
        {
            if (data is RequirePermissionAttribute required)
            {
                yield return required.Permission;
            }
            else if (data.Policy is { } policy)
            {
                foreach (var name in Required(options.GetPolicy(policy)))
                {
                    yield return name;
                }
            }
        }

        foreach (var name in metadata.GetOrderedMetadata<AuthorizationPolicy>().SelectMany(Required))
        {
            yield return name;
        }
    }

    private static IEnumerable<string> Required(AuthorizationPolicy? policy)
        => policy?.Requirements.OfType<PermissionRequirement>().Select(requirement => requirement.Name) ?? [];
}
