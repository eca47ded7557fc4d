using HirePanda.ApiKeys;

namespace HirePanda.ApiKeys
{
    /// <summary>How many permits of a key's rate limit one call of this endpoint takes. Without it: 1.</summary>
    /// <remarks>
    /// Capped at the limit's permits. Known only where routing runs before authentication, as it does by default.
    /// </remarks>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
    public sealed class ApiKeyCostAttribute : Attribute
    {
        /// <summary>States the cost of an endpoint.</summary>
        /// <param name="cost">The number of permits, at least 1.</param>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is less than 1.</exception>
        public ApiKeyCostAttribute(int cost)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(cost, 1);
            Cost = cost;
        }

        /// <summary>The number of permits.</summary>
        public int Cost { get; }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>States what endpoints cost.</summary>
    public static class ApiKeyCostEndpointConventionBuilderExtensions
    {
        /// <summary>States how many permits of a key's rate limit one call of these endpoints takes.</summary>
        /// <typeparam name="TBuilder">The endpoints' builder.</typeparam>
        /// <param name="builder">The endpoints.</param>
        /// <param name="cost">The number of permits, at least 1.</param>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is less than 1.</exception>
        public static TBuilder WithApiKeyCost<TBuilder>(this TBuilder builder, int cost)
            where TBuilder : IEndpointConventionBuilder
            => builder.WithMetadata(new ApiKeyCostAttribute(cost));
    }
}
