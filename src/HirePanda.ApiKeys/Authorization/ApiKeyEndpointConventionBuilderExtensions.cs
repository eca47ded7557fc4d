using HirePanda.ApiKeys;

namespace Microsoft.AspNetCore.Builder;

/// <summary>States what endpoints require of an API key, and what they cost it.</summary>
public static class ApiKeyEndpointConventionBuilderExtensions
{
    /// <summary>Requires an API key that holds a permission.</summary>
    /// <typeparam name="TBuilder">The type of the endpoints' builder.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <param name="permission">
    /// The name of a permission or tier, in any case. If the catalog does not have it, the host stops at start. An endpoint that
    /// is added later fails at each request.
    /// </param>
    /// <returns>The endpoints' builder.</returns>
    public static TBuilder RequirePermission<TBuilder>(this TBuilder builder, string permission)
        where TBuilder : IEndpointConventionBuilder
        => builder.RequireAuthorization(new RequirePermissionAttribute(permission));

    /// <summary>States how many permits of a key's rate limit one call of these endpoints takes. The default is 1.</summary>
    /// <typeparam name="TBuilder">The type of the endpoints' builder.</typeparam>
    /// <param name="builder">The endpoints.</param>
    /// <param name="cost">The number of permits, at least 1. It is capped at the permits of the limit.</param>
    /// <returns>The endpoints' builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is less than 1.</exception>
    public static TBuilder WithApiKeyCost<TBuilder>(this TBuilder builder, int cost)
        where TBuilder : IEndpointConventionBuilder
        => builder.WithMetadata(new ApiKeyCostAttribute(cost));
}
