namespace HirePanda.ApiKeys.Stores;

/// <summary>Rows of usage to add in one transaction.</summary>
public sealed class ApiKeyUsageBatch
{
    /// <summary>Gets the unique id of the batch. It stays the same when the batch is tried again.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the time when the batch was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the rows. No two of them have the same slot.</summary>
    public required IReadOnlyList<ApiKeyUsageRow> Rows { get; init; }
}
