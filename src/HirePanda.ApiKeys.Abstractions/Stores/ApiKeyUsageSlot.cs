namespace HirePanda.ApiKeys.Stores;

/// <summary>What the requests of one row of usage have in common. A store keeps one row for each slot.</summary>
public readonly record struct ApiKeyUsageSlot
{
    /// <summary>Gets the workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>Gets the id of the key, or an empty string for all keys of the workspace.</summary>
    public required string KeyId { get; init; }

    /// <summary>Gets the length of the time that the row covers.</summary>
    public required ApiKeyUsageGranularity Granularity { get; init; }

    /// <summary>Gets the start of the time that the row covers.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets what the row groups requests by.</summary>
    public required ApiKeyUsageDimension Dimension { get; init; }

    /// <summary>Gets the value of the dimension.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Gets the latency bucket, 1 to <see cref="ApiKeyLatency.MaxBucket"/>, or 0 if the latency was not measured or the dimension
    /// is not <see cref="ApiKeyUsageDimension.Endpoint"/>. The default is 0.
    /// </summary>
    public int LatencyBucket { get; init; }
}
