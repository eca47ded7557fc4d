using System.Collections.Concurrent;
using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys;

/// <summary>
/// Adds a policy for every tier and permission to the host's own provider, which is asked first and keeps the default and
/// fallback policies. A name that neither knows is null, so that a misspelt permission fails loudly.
/// </summary>
internal sealed class ApiKeyPolicyProvider(IAuthorizationPolicyProvider inner, CatalogPolicies policies) : IAuthorizationPolicyProvider
{
    public bool AllowsCachingPolicies => inner.AllowsCachingPolicies;

    public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => inner.GetDefaultPolicyAsync();

    public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => inner.GetFallbackPolicyAsync();

    public async Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
        => await inner.GetPolicyAsync(policyName).ConfigureAwait(false) ?? policies.Find(policyName);
}

/// <summary>The policies of the catalog. Each pins our scheme, so that a host's default scheme (cookies, say) never answers for it.</summary>
internal sealed class CatalogPolicies(ApiKeySettings settings)
{
    private readonly ConcurrentDictionary<string, AuthorizationPolicy> _policies = new(StringComparer.OrdinalIgnoreCase);

    public AuthorizationPolicy? Find(string name) => settings.Current.Catalog.CanonicalName(name) is not { } canonical
        ? null
        : _policies.GetOrAdd(canonical, static one => new AuthorizationPolicy([new PermissionRequirement(one)], [ApiKeyDefaults.AuthenticationScheme]));
}
