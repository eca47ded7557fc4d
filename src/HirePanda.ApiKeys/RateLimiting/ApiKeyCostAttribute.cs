using HirePanda.ApiKeys;

namespace HirePanda.ApiKeys
{
    /// <summary>
    /// Specifies the number of permits that a call of the endpoint takes from the key's rate limits. Without the attribute, a
    /// call takes 1 permit.
    /// </summary>
    /// <remarks>
    /// The cost is capped at the limit's permits. It applies only if routing runs before authentication, as it does by default.
    /// </remarks>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
    public sealed class ApiKeyCostAttribute : Attribute
    {
        /// <summary>Sets the cost of an endpoint.</summary>
        /// <param name="cost">The number of permits, at least 1.</param>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is less than 1.</exception>
        public ApiKeyCostAttribute(int cost)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(cost, 1);
            Cost = cost;
        }

        /// <summary>Gets the number of permits.</summary>
        public int Cost { get; }
    }
}

namespace Microsoft.AspNetCore.Builder
{
    /// <summary>Sets the cost of endpoints.</summary>
    public static class ApiKeyCostEndpointConventionBuilderExtensions
    {
        /// <summary>Sets the number of permits that a call of these endpoints takes from the key's rate limits.</summary>
        /// <typeparam name="TBuilder">The type of the endpoints' builder.</typeparam>
        /// <param name="builder">The endpoints.</param>
        /// <param name="cost">The number of permits, at least 1.</param>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="cost"/> is less than 1.</exception>
        public static TBuilder WithApiKeyCost<TBuilder>(this TBuilder builder, int cost)
            where TBuilder : IEndpointConventionBuilder
            => builder.WithMetadata(new ApiKeyCostAttribute(cost));
    }
}
