namespace HirePanda.ApiKeys;

/// <summary>Specifies a page of a list.</summary>
public class ApiKeyPageOptions
{
    /// <summary>
    /// Gets the <see cref="ApiKeyPage{T}.NextCursor"/> of the last page, or null for the first page. The default is null.
    /// </summary>
    public string? Cursor { get; init; }

    /// <summary>Gets the largest number of items, 1 to 200. The default is 50.</summary>
    public int Limit { get; init; } = 50;
}

/// <summary>Specifies the keys of a list, and a page of it.</summary>
public sealed class ApiKeyListOptions : ApiKeyPageOptions
{
    /// <summary>Gets the status of the keys, or null for keys of any status. The default is null.</summary>
    public ApiKeyStatus? Status { get; init; }

    /// <summary>Gets the name of the keys' type, or null for keys of any type. The default is null.</summary>
    public string? Type { get; init; }

    /// <summary>
    /// Gets a text that the keys' names contain, ignoring the case of ASCII letters, or null for keys of any name. The default is
    /// null.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>Gets the owner of the keys, or null for keys of any owner. The default is null.</summary>
    public string? OwnerId { get; init; }

    /// <summary>
    /// Gets the actor that created the keys, compared exactly with <see cref="ApiKey.CreatedBy"/>, or null for keys of any
    /// creator. The default is null.
    /// </summary>
    public string? CreatedBy { get; init; }
}

/// <summary>Specifies what a usage report covers.</summary>
public sealed class ApiKeyUsageReportOptions
{
    /// <summary>
    /// Gets the start of the report, rounded down to a minute, or null for 24 hours before <see cref="To"/>. The default is null.
    /// </summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the end of the report, or null for the current time. The default is null.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>
    /// Gets the id of the one key or client to report, or null for the whole workspace. The default is null.
    /// </summary>
    public string? KeyId { get; init; }

    /// <summary>
    /// Gets the distance of the points of the series: <see cref="ApiKeyUsageGranularity.Hour"/> or
    /// <see cref="ApiKeyUsageGranularity.Day"/>. The default is an hour.
    /// </summary>
    public ApiKeyUsageGranularity Interval { get; init; } = ApiKeyUsageGranularity.Hour;
}

/// <summary>Describes the new IP allowlist of a workspace.</summary>
public sealed class SetAllowlistRequest
{
    /// <summary>Gets a value that indicates whether the list applies.</summary>
    public required bool IsEnabled { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the list only reports the addresses that it would refuse. The default is false.
    /// </summary>
    public bool IsReportOnly { get; init; }

    /// <summary>
    /// Gets addresses and CIDR networks, at most 1,000. An enabled list that is empty admits nobody. The default is empty.
    /// </summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>Gets a value that indicates whether the actor may lock itself out. The default is false.</summary>
    public bool Force { get; init; }
}
