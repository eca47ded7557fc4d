using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Authorization;

namespace HirePanda.ApiKeys
{
    /// <summary>Demands an API key that holds a permission: short for <c>[Authorize(Policy = "jobs:write")]</c>.</summary>
    /// <param name="permission">The permission's name, in any case. One that the catalog does not know fails every request loudly.</param>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
    public sealed class RequirePermissionAttribute(string permission) : AuthorizeAttribute(permission)
    {
        /// <summary>The permission's name.</summary>
        public string Permission { get; } = permission;
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Demands permissions of API keys.</summary>
    public static class RequirePermissionEndpointConventionBuilderExtensions
    {
        /// <summary>Demands an API key that holds a permission.</summary>
        /// <typeparam name="TBuilder">The endpoints' builder.</typeparam>
        /// <param name="builder">The endpoints.</param>
        /// <param name="permission">The permission's name, in any case. One that the catalog does not know fails every request loudly.</param>
        public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
            where TBuilder : IEndpointConventionBuilder
            => builder.RequireAuthorization(new RequirePermissionAttribute(permission));
    }
}
