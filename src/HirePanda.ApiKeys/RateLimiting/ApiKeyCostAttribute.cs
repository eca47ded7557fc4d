namespace HirePanda.ApiKeys;

/// <summary>
/// States how many permits of a key's rate limit one call of an endpoint takes. An endpoint without it takes 1.
/// </summary>
/// <remarks>
/// The cost is capped at the permits of the limit. It is known only where routing runs before authentication, as it does by
/// default.
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

    /// <summary>Gets the number of permits.</summary>
    public int Cost { get; }
}
