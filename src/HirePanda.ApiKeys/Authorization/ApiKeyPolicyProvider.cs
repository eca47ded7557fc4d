using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys;

/// <summary>
/// Adds a policy for every tier and permission to the host's own provider. The host's provider comes first, and provides the
/// default and fallback policies. The result for an unknown name is null, so that a misspelled permission causes an error.
/// </summary>
internal sealed class ApiKeyPolicyProvider(
    IAuthorizationPolicyProvider inner, CatalogPolicies policies) : IAuthorizationPolicyProvider
{
    public bool AllowsCachingPolicies => inner.AllowsCachingPolicies;

    public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => inner.GetDefaultPolicyAsync();

    public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => inner.GetFallbackPolicyAsync();

    public async Task<AuthorizationPolicy?> GetPolicyAsync(string policyName)
        => policies.FindRequired(policyName)
            ?? await inner.GetPolicyAsync(policyName).ConfigureAwait(false)
            ?? policies.Find(policyName);

    /// <summary>
    /// Gets the tiers and permissions whose policy is hidden by a policy of the host, with the name of that policy.
    /// </summary>
    public async Task<IReadOnlyList<(string Policy, string Name)>> GetHiddenAsync()
    {
        var hidden = new List<(string Policy, string Name)>();
        foreach (var (policy, name) in policies.Names)
        {
            if (await inner.GetPolicyAsync(policy).ConfigureAwait(false) is not null)
            {
                hidden.Add((policy, name));
            }
        }

        return hidden;
    }
}
