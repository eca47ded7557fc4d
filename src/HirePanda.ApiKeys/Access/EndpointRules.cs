using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys;

/// <summary>Reads what the host's endpoints require of API keys, from the policies that apply to them.</summary>
/// <param name="endpoints">The host's endpoints, or null if it has no routing.</param>
/// <param name="policies">The policies.</param>
/// <param name="schemes">The authentication schemes.</param>
internal sealed class EndpointRules(
    EndpointDataSource? endpoints, IAuthorizationPolicyProvider policies, IAuthenticationSchemeProvider schemes)
{
    private const string AnyMethod = "*";

    /// <summary>Starts to read the rules of all endpoints. A read usually completes at once.</summary>
    public IEnumerable<(IReadOnlyList<string> Names, Task<EndpointRequirements> Requirements)> Start()
        => (endpoints?.Endpoints ?? []).OfType<RouteEndpoint>().Where(IsListed)
            .Select(endpoint => (Names(endpoint), ReadAsync(endpoint.Metadata)));

    private static bool IsListed(RouteEndpoint endpoint)
        => endpoint.Metadata.GetMetadata<IExcludeFromApiKeyAccess>() is null
            && endpoint.Metadata.GetMetadata<ISuppressMatchingMetadata>() is not { SuppressMatching: true };

    private static IReadOnlyList<string> Names(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods;
        return
        [
            .. (methods is { Count: > 0 } ? methods.Select(HttpMethods.GetCanonicalizedValue) : [AnyMethod])
                .Select(method => EndpointNames.GetName(endpoint, method)),
        ];
    }

    private async Task<EndpointRequirements> ReadAsync(EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return EndpointRequirements.Anonymous;
        }

        AuthorizationPolicy? policy;
        try
        {
            policy = await CombineAsync(metadata).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // A policy of the endpoint does not exist, and every request fails.
            return EndpointRequirements.Unknown;
        }

        if (policy is null)
        {
            return EndpointRequirements.Anonymous;
        }

        var acceptsKeys = await AcceptsKeysAsync(policy).ConfigureAwait(false);
        if (acceptsKeys == false)
        {
            return EndpointRequirements.NotWithApiKeys;
        }

        var isDecidable = acceptsKeys == true && policy.Requirements.All(
            requirement => requirement is PermissionRequirement or DenyAnonymousAuthorizationRequirement);
        return new(
            isDecidable ? ApiKeyAccess.Allowed : ApiKeyAccess.DependsOnRequest,
            [.. policy.Requirements.OfType<PermissionRequirement>().Select(requirement => requirement.Name)]);
    }

    /// <summary>Combines the policies of an endpoint as the authorization middleware does.</summary>
    private async Task<AuthorizationPolicy?> CombineAsync(EndpointMetadataCollection metadata)
    {
        var policy = await AuthorizationPolicy.CombineAsync(
            policies,
            metadata.GetOrderedMetadata<IAuthorizeData>(),
            metadata.GetOrderedMetadata<AuthorizationPolicy>()).ConfigureAwait(false);
        IAuthorizationRequirement[] requirements =
            [.. metadata.GetOrderedMetadata<IAuthorizationRequirementData>().SelectMany(data => data.GetRequirements())];
        if (requirements.Length == 0)
        {
            return policy;
        }

        var required = new AuthorizationPolicyBuilder().AddRequirements(requirements).Build();
        return policy is null ? required : AuthorizationPolicy.Combine(policy, required);
    }

    /// <summary>
    /// Determines whether a policy accepts API keys. A policy without schemes uses the default scheme. The result is null if a
    /// scheme forwards to another one, because the request then decides.
    /// </summary>
    private async Task<bool?> AcceptsKeysAsync(AuthorizationPolicy policy)
    {
        List<AuthenticationScheme?> used = [];
        foreach (var name in policy.AuthenticationSchemes)
        {
            used.Add(await schemes.GetSchemeAsync(name).ConfigureAwait(false));
        }

        if (policy.AuthenticationSchemes.Count == 0)
        {
            used.Add(await schemes.GetDefaultAuthenticateSchemeAsync().ConfigureAwait(false));
        }

        return used.Exists(scheme => scheme?.Name is ApiKeyDefaults.AuthenticationScheme or ApiKeyDefaults.SelectorScheme) ? true
            : used.Exists(scheme => typeof(PolicySchemeHandler).IsAssignableFrom(scheme?.HandlerType)) ? null
            : false;
    }
}

/// <summary>What the policies of an endpoint require.</summary>
/// <param name="Access">The access of a key that has everything that is required.</param>
/// <param name="Required">The names of the permissions and tiers that are required.</param>
internal sealed record EndpointRequirements(ApiKeyAccess Access, IReadOnlyList<string> Required)
{
    public static readonly EndpointRequirements Anonymous = new(ApiKeyAccess.Anonymous, []);
    public static readonly EndpointRequirements NotWithApiKeys = new(ApiKeyAccess.NotWithApiKeys, []);
    public static readonly EndpointRequirements Unknown = new(ApiKeyAccess.DependsOnRequest, []);
}
