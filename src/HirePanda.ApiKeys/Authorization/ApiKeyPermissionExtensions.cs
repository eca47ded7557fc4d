using System.Security.Claims;
using HirePanda.ApiKeys;

namespace HirePanda.ApiKeys
{
    /// <summary>Checks permissions of API keys in code.</summary>
    public static class ApiKeyPermissionExtensions
    {
        /// <summary>
        /// Determines whether a principal is an API key that holds a permission. Only the key itself counts, not the claims.
        /// </summary>
        /// <param name="principal">The principal, such as <c>HttpContext.User</c>.</param>
        /// <param name="name">
        /// The name of a permission or tier, in any case. The result is false if the catalog does not have it.
        /// </param>
        public static bool HasApiKeyPermission(this ClaimsPrincipal principal, string name)
        {
            ArgumentNullException.ThrowIfNull(principal);
            ArgumentNullException.ThrowIfNull(name);
            return ApiKeyIdentity.Find(principal)?.Live is { } live && live.Catalog.IsMet(name, live.Grant);
        }
    }
}

namespace Microsoft.AspNetCore.Authorization
{
    /// <summary>Requires permissions of API keys in a host's own policies.</summary>
    public static class ApiKeyAuthorizationPolicyBuilderExtensions
    {
        /// <summary>
        /// Requires an API key that holds a permission, and adds the scheme <see cref="ApiKeyDefaults.AuthenticationScheme"/> to
        /// the policy.
        /// </summary>
        /// <param name="builder">The policy's builder.</param>
        /// <param name="name">
        /// The name of a permission or tier, in any case. If the catalog does not have it, a host with an endpoint that uses the
        /// policy does not start, and no request meets the policy.
        /// </param>
        /// <returns>The policy's builder.</returns>
        public static AuthorizationPolicyBuilder RequireApiKeyPermission(this AuthorizationPolicyBuilder builder, string name)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentException.ThrowIfNullOrEmpty(name);
            if (!builder.AuthenticationSchemes.Contains(ApiKeyDefaults.AuthenticationScheme))
            {
                builder.AuthenticationSchemes.Add(ApiKeyDefaults.AuthenticationScheme);
            }

            builder.Requirements.Add(new PermissionRequirement(name));
            return builder;
        }
    }
}
