namespace HirePanda.ApiKeys;

/// <summary>
/// Takes permits from limits that several processes share. If a package registers it, requests ask it instead of
/// <see cref="RateLimiter"/>.
/// </summary>
internal interface ISharedRateLimiter
{
    /// <summary>Takes the cost from all limits of a key, or from none of them. It does not throw.</summary>
    /// <param name="family">The id of the family, as for <see cref="RateLimiter.Buckets"/>.</param>
    /// <param name="limits">The limits of the key.</param>
    /// <param name="buckets">The buckets of this process, for a decision while the shared limits are unavailable.</param>
    /// <param name="cost">The number of permits to take, at least 1.</param>
    /// <param name="now">The time of <see cref="MonotonicClock"/>, in ticks.</param>
    /// <returns>The decision, or null if there is none and the request must be answered 503.</returns>
    ValueTask<RateLimitDecision?> TakeAsync(string family, LimitSet limits, Buckets buckets, int cost, long now);
}
