namespace HirePanda.ApiKeys.Stores;

/// <summary>Says which rows of usage are summed.</summary>
public sealed record ApiKeyUsageQuery
{
    /// <summary>Gets the workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>
    /// Gets the id of the key, or an empty string for all keys of the workspace. The default is an empty string.
    /// </summary>
    public string KeyId { get; init; } = "";

    /// <summary>Gets the granularity of the rows.</summary>
    public required ApiKeyUsageGranularity Granularity { get; init; }

    /// <summary>Gets the dimension of the rows.</summary>
    public required ApiKeyUsageDimension Dimension { get; init; }

    /// <summary>Gets the earliest start of the rows, inclusive.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Gets the latest start of the rows, exclusive.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>
    /// Gets a value that indicates whether there is a sum for each time and value (true), or for each value and latency bucket
    /// (false). The default is false.
    /// </summary>
    public bool ByTime { get; init; }
}
