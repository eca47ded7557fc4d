using System.Collections.Frozen;
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
internal sealed class CatalogPolicies
{
    private readonly FrozenDictionary<string, AuthorizationPolicy> _policies;

    public CatalogPolicies(ApiKeySettings settings)
    {
        var catalog = settings.Current.Catalog;
        _policies = catalog.Tiers.Select(tier => (tier.Name, Grant: catalog.Grant(tier.Name, [])))
            .Concat(catalog.Permissions.Select(permission => (Name: permission, Grant: catalog.Grant(null, [permission]))))
            .ToFrozenDictionary(one => one.Name, one => Policy(new PermissionRequirement(one.Name, one.Grant)), StringComparer.OrdinalIgnoreCase);
    }

    public AuthorizationPolicy? Find(string name) => _policies.GetValueOrDefault(name);

    private static AuthorizationPolicy Policy(PermissionRequirement requirement)
        => new([requirement], [ApiKeyDefaults.AuthenticationScheme]);
}
