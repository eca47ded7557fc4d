using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Decides whether a page may be served at all, whatever the host's authorization middleware has decided.</summary>
internal sealed class DashboardAccess(IAuthorizationPolicyProvider policies)
{
    /// <summary>Finds what is wrong with how the dashboard is mapped. The result is null if nothing is.</summary>
    public async Task<string?> FindMistakeAsync(EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return "The API key dashboard is mapped with AllowAnonymous(), so anybody could manage keys. Remove it.";
        }

        var data = metadata.GetOrderedMetadata<IAuthorizeData>();
        var own = metadata.GetOrderedMetadata<AuthorizationPolicy>();
        if (data.Count == 0 && own.Count == 0)
        {
            return metadata.GetMetadata<LocalRequests>() is not null
                ? null
                : "The API key dashboard is mapped without authorization, so anybody could manage keys. Call "
                    + "MapHirePandaApiKeysDashboard(…).RequireAuthorization(\"policy\"), or .LocalRequestsOnly() during "
                    + "development.";
        }

        var policy = await AuthorizationPolicy.CombineAsync(policies, data, own).ConfigureAwait(false);
        return policy is { AuthenticationSchemes: [ApiKeyDefaults.AuthenticationScheme] }
            ? "The API key dashboard is mapped with a policy that accepts API keys only, which a browser never sends. Require a "
                + "policy of your users' own scheme, such as a cookie."
            : null;
    }

    /// <summary>
    /// Determines whether an API key authenticated the request. A browser does not send an API key, so such a request is refused
    /// even if the host's policy accepts keys.
    /// </summary>
    public static bool IsOfAKey(HttpContext context) => ApiKeyIdentity.Find(context.User) is not null;

    /// <summary>Determines whether a request may use a dashboard that is mapped as it is.</summary>
    public static bool IsAdmitted(HttpContext context)
    {
        var metadata = context.GetEndpoint()!.Metadata;
        return metadata.GetMetadata<LocalRequests>() is not null
            && metadata.GetMetadata<IAuthorizeData>() is null && metadata.GetMetadata<AuthorizationPolicy>() is null
            ? LocalRequests.IsLocal(context)
            : context.User.Identity?.IsAuthenticated == true;
    }
}
