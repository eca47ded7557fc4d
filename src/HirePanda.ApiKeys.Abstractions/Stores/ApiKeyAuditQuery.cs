namespace HirePanda.ApiKeys.Stores;

/// <summary>Says which audit entries of a workspace a page lists. All filters must match.</summary>
public sealed record ApiKeyAuditQuery
{
    /// <summary>Gets the workspace whose entries are listed.</summary>
    public required string Workspace { get; init; }

    /// <summary>Gets the id of the key that the entries are about, or null for all entries.</summary>
    public string? KeyId { get; init; }

    /// <summary>Gets the action of the entries, compared exactly, or null for any action.</summary>
    public string? Action { get; init; }

    /// <summary>Gets the actor of the entries, compared exactly, or null for any actor.</summary>
    public string? Actor { get; init; }

    /// <summary>Gets the earliest time of the entries, or null for no bound.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Gets the time that all entries are before, or null for no bound.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Gets the last entry of the previous page, or null for the first page.</summary>
    public ApiKeyPageToken? After { get; init; }

    /// <summary>Gets the largest number of entries to return, at least 1.</summary>
    public required int Limit { get; init; }
}
