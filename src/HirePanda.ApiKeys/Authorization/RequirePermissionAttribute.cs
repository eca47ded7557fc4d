using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys
{
    /// <summary>
    /// Requires an API key that holds a permission. It does not depend on <see cref="ApiKeyOptions.PolicyPrefix"/> or on the
    /// names of the host's own policies.
    /// </summary>
    /// <param name="permission">
    /// The name of a permission or tier, in any case. If the catalog does not have it, the host does not start. For an endpoint
    /// that is added later, every request fails.
    /// </param>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
    public sealed class RequirePermissionAttribute(string permission)
        : AuthorizeAttribute(CatalogPolicies.PermissionPrefix + permission)
    {
        /// <summary>Gets the name of the permission or tier.</summary>
        public string Permission { get; } = permission;
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Requires permissions of API keys.</summary>
    public static class RequirePermissionEndpointConventionBuilderExtensions
    {
        /// <summary>Requires an API key that holds a permission.</summary>
        /// <typeparam name="TBuilder">The type of the endpoints' builder.</typeparam>
        /// <param name="builder">The endpoints.</param>
        /// <param name="permission">
        /// The name of a permission or tier, in any case. If the catalog does not have it, the host does not start. For an
        /// endpoint that is added later, every request fails.
        /// </param>
        /// <returns>The endpoints' builder.</returns>
        public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
            where TBuilder : IEndpointConventionBuilder
            => builder.RequireAuthorization(new RequirePermissionAttribute(permission));
    }
}
