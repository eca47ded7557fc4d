using System.Collections.Concurrent;
using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys;

/// <summary>
/// Creates the policies of the catalog. Each policy names one scheme: the API key scheme, or the selector if the host accepts
/// further schemes. The host's default scheme, such as cookies, therefore never handles it.
/// </summary>
internal sealed class CatalogPolicies(ApiKeySettings settings)
{
    /// <summary>
    /// The prefix of the policies that <see cref="RequirePermissionAttribute"/> names. An attribute cannot read
    /// <see cref="ApiKeyOptions.PolicyPrefix"/>, and a policy of the host never has such a name.
    /// </summary>
    public const string PermissionPrefix = "HirePanda.ApiKeys.RequirePermission/";

    private readonly ConcurrentDictionary<string, AuthorizationPolicy> _policies = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the names of all tiers and permissions, each with the name of its policy.</summary>
    public IEnumerable<(string Policy, string Name)> Names
    {
        get
        {
            var current = settings.Current;
            return current.Catalog.Tiers.Select(tier => tier.Name).Concat(current.Catalog.Permissions)
                .Select(name => (current.Options.PolicyPrefix + name, name));
        }
    }

    /// <summary>Finds the policy of a tier or permission by its name, which has the host's prefix.</summary>
    public AuthorizationPolicy? Find(string policyName) => Find(settings.Current.Options.PolicyPrefix ?? "", policyName);

    /// <summary>Finds the policy that a <see cref="RequirePermissionAttribute"/> names.</summary>
    public AuthorizationPolicy? FindRequired(string policyName) => Find(PermissionPrefix, policyName);

    private AuthorizationPolicy? Find(string prefix, string policyName)
        => policyName.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
            && settings.Current.Catalog.CanonicalName(policyName[prefix.Length..]) is { } canonical
                ? _policies.GetOrAdd(canonical, Create)
                : null;

    private AuthorizationPolicy Create(string name)
        => new AuthorizationPolicyBuilder(settings.Current.Options.AcceptsOtherSchemes
            ? ApiKeyDefaults.SelectorScheme
            : ApiKeyDefaults.AuthenticationScheme).RequireApiKeyPermission(name).Build();
}
