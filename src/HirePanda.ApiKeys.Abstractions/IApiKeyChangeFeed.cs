namespace HirePanda.ApiKeys;

/// <summary>
/// Tells every process that shares a store what the others changed. A store that several processes can share implements it next to
/// <see cref="IApiKeyManagementStore"/>, and writes a row with every change, in the change's own transaction.
/// </summary>
public interface IApiKeyChangeFeed
{
    /// <summary>The highest row number so far, that of the row which pruning leaves; 0: there was none yet. One that is lower than before says that the database was restored.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<long> GetLastChangeAsync(CancellationToken cancellationToken);

    /// <summary>Reads the rows above a number, and those of the given numbers that have appeared since.</summary>
    /// <param name="after">The highest number that was read.</param>
    /// <param name="missing">Numbers below it that were not there yet: their transactions may still have been open.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The rows, by number.</returns>
    ValueTask<IReadOnlyList<ApiKeyChangeNotification>> ReadChangesAsync(long after, IReadOnlyList<long> missing, CancellationToken cancellationToken);

    /// <summary>Deletes rows that every process has had time to read, but never the last row, from which numbers go on.</summary>
    /// <param name="before">Rows older than this.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    ValueTask PruneChangesAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>One thing that changed.</summary>
/// <param name="Number">The row's number; numbers rise, with gaps.</param>
/// <param name="Hash">The hash of the key that changed; null: it was a workspace.</param>
/// <param name="Workspace">The workspace whose settings changed; null: it was a key.</param>
public sealed record ApiKeyChangeNotification(long Number, ApiKeyHash? Hash, string? Workspace)
{
    /// <summary>When it changed, for the metric of how soon others learn of it; null: the store does not say. Default: null.</summary>
    public DateTimeOffset? At { get; init; }
}
