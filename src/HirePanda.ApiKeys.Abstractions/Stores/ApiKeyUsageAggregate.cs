namespace HirePanda.ApiKeys.Stores;

/// <summary>A sum of rows of usage.</summary>
public readonly record struct ApiKeyUsageAggregate
{
    /// <summary>
    /// Gets the start of the rows' time, or the default value where <see cref="ApiKeyUsageQuery.ByTime"/> is false.
    /// </summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gets the value of the dimension.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the latency bucket, or 0 where sums are not grouped by latency. The default is 0.</summary>
    public int LatencyBucket { get; init; }

    /// <summary>Gets the number of requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Gets the number of requests whose status was 400 or higher. The default is 0.</summary>
    public long Errors { get; init; }
}
