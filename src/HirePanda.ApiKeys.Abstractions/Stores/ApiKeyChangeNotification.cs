namespace HirePanda.ApiKeys.Stores;

/// <summary>A row of the change feed: one key or one workspace changed.</summary>
public sealed class ApiKeyChangeNotification
{
    /// <summary>Gets the number of the row. Numbers rise and may have gaps.</summary>
    public required long Number { get; init; }

    /// <summary>Gets the hash of the key that changed, or null if no key changed.</summary>
    public ApiKeyHash? Hash { get; init; }

    /// <summary>Gets the workspace whose settings changed, or null if no settings changed.</summary>
    public string? Workspace { get; init; }

    /// <summary>
    /// Gets the time of the change, or null if the store does not know it. It is used for the metric of the time that a change
    /// takes to reach other processes.
    /// </summary>
    public DateTimeOffset? At { get; init; }
}
