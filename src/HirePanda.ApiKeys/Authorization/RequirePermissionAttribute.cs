using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys;

/// <summary>
/// Requires an API key that holds a permission. <see cref="ApiKeyOptions.PolicyPrefix"/> and the names of the host's own policies
/// do not matter.
/// </summary>
/// <param name="permission">
/// The name of a permission or tier, in any case. If the catalog does not have it, the host stops at start. An endpoint that is
/// added later fails at each request.
/// </param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class RequirePermissionAttribute(string permission)
    : AuthorizeAttribute(CatalogPolicies.PermissionPrefix + permission)
{
    /// <summary>Gets the name of the permission or tier.</summary>
    public string Permission { get; } = permission;
}
