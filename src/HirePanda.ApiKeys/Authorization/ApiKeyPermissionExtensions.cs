using System.Security.Claims;
using HirePanda.ApiKeys;

namespace HirePanda.ApiKeys
{
    /// <summary>Checks permissions of API keys and accepted credentials in code.</summary>
    public static class ApiKeyPermissionExtensions
    {
        /// <summary>
        /// Determines whether a principal is an API key, or a credential of an accepted scheme, that holds a permission. Claims
        /// do not count.
        /// </summary>
        /// <param name="principal">The principal, such as <c>HttpContext.User</c>.</param>
        /// <param name="name">
        /// The name of a permission or tier, in any case. The result is false if the catalog does not have it.
        /// </param>
        public static bool HasApiKeyPermission(this ClaimsPrincipal principal, string name)
        {
            ArgumentNullException.ThrowIfNull(principal);
            ArgumentNullException.ThrowIfNull(name);
            return CallerIdentity.Find(principal) is { } caller && caller.Catalog.IsMet(name, caller.Grant);
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
        /// the policy. To accept further schemes too, add <see cref="ApiKeyDefaults.SelectorScheme"/> to the policy first.
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
            if (!builder.AuthenticationSchemes.Contains(ApiKeyDefaults.AuthenticationScheme)
                && !builder.AuthenticationSchemes.Contains(ApiKeyDefaults.SelectorScheme))
            {
                builder.AuthenticationSchemes.Add(ApiKeyDefaults.AuthenticationScheme);
            }

            builder.Requirements.Add(new PermissionRequirement(name));
            return builder;
        }
    }
}
