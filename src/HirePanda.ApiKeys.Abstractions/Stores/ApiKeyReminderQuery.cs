namespace HirePanda.ApiKeys.Stores;

/// <summary>
/// Says which keys of all workspaces a page lists, so that their people can be reminded to renew or rotate them.
/// </summary>
public sealed record ApiKeyReminderQuery
{
    /// <summary>Gets the time at which the keys must be active.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Gets the time before which the keys expire, or null to list no keys because of their expiry.</summary>
    public DateTimeOffset? ExpiresBefore { get; init; }

    /// <summary>
    /// Gets the time before which further keys were created, or null to list no keys because of their age. A key that meets one
    /// of the two conditions is listed.
    /// </summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Gets the id of the last key of the previous page, or null for the first page.</summary>
    public string? AfterId { get; init; }

    /// <summary>Gets the largest number of keys to return, at least 1.</summary>
    public required int Limit { get; init; }
}
