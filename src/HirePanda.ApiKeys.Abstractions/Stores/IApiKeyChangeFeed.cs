namespace HirePanda.ApiKeys.Stores;

/// <summary>
/// Tells every process that shares a store what the others changed. A store that several processes share writes a row with every
/// change, in the transaction of the change. Without a feed, changes of other processes apply when cached keys are read again.
/// </summary>
public interface IApiKeyChangeFeed
{
    /// <summary>Gets the highest row number, including the row that pruning leaves.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>
    /// The number, or 0 if there was no row yet. A number that is lower than before means that the database was restored from a
    /// backup.
    /// </returns>
    ValueTask<long> GetLastChangeAsync(CancellationToken cancellationToken);

    /// <summary>Reads the rows above a number, and those of the given numbers that have appeared since.</summary>
    /// <param name="after">The highest number that was read.</param>
    /// <param name="missing">
    /// Numbers below it that were not there yet, because their transactions may still have been open.
    /// </param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The rows, ordered by number.</returns>
    ValueTask<IReadOnlyList<ApiKeyChangeNotification>> ReadChangesAsync(
        long after, IReadOnlyList<long> missing, CancellationToken cancellationToken);

    /// <summary>Deletes old rows. The last row is never deleted, because numbers continue from it.</summary>
    /// <param name="before">The time. Rows older than this are deleted.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that represents the write.</returns>
    ValueTask PruneChangesAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
