namespace HirePanda.ApiKeys;

/// <summary>The settings of a workspace.</summary>
public sealed record ApiKeyWorkspace
{
    /// <summary>Gets the id of the workspace.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the keys of the workspace can be used from <see cref="AllowedNetworks"/> only. The
    /// default is false.
    /// </summary>
    public bool IsAllowlistEnabled { get; init; }

    /// <summary>
    /// Gets a value that indicates whether an enabled allowlist only reports the requests that it would refuse. The default is
    /// false.
    /// </summary>
    public bool IsAllowlistReportOnly { get; init; }

    /// <summary>Gets the addresses and CIDR networks of the allowlist. An enabled list that is empty admits nobody.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    /// <summary>Gets the number of changes. The first version is 1.</summary>
    public long Version { get; init; } = 1;
}
