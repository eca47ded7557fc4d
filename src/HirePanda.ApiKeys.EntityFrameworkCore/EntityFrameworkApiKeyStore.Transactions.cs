using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <content>The transaction of a write, and the turns of SQLite's writers.</content>
internal sealed partial class EntityFrameworkApiKeyStore<TContext>
{
    /// <summary>Runs a write in a transaction, again where the host's execution strategy says so.</summary>
    /// <param name="write">The write; false rolls back.</param>
    /// <param name="auditId">
    /// An audit entry of the write, which distinguishes a commit whose answer was lost from one that did not happen, or null if
    /// there is none.
    /// </param>
    /// <param name="cancellationToken">Cancels the write.</param>
    private Task<bool> WriteAsync(
        Func<TContext, CancellationToken, Task<bool>> write, string? auditId, CancellationToken cancellationToken)
        => WriteOnceAsync(
            write,
            async (db, token) => auditId is not null && await db.Set<AuditRow>().AnyAsync(entry => entry.Id == auditId, token)
                .ConfigureAwait(false),
            cancellationToken);

    /// <inheritdoc cref="WriteAsync"/>
    /// <param name="write">The write; anything but <see cref="ApiKeySaveResult.Saved"/> rolls back.</param>
    /// <param name="auditId">An audit entry of the write.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    private async Task<ApiKeySaveResult> SaveAsync(
        Func<TContext, CancellationToken, Task<ApiKeySaveResult>> write, string? auditId, CancellationToken cancellationToken)
    {
        var reason = ApiKeySaveResult.VersionConflict;
        var isSaved = await WriteAsync(
            async (db, token) =>
            {
                reason = ApiKeySaveResult.VersionConflict;
                return (reason = await write(db, token).ConfigureAwait(false)) == ApiKeySaveResult.Saved;
            },
            auditId,
            cancellationToken).ConfigureAwait(false);
        return isSaved ? ApiKeySaveResult.Saved : reason == ApiKeySaveResult.Saved ? ApiKeySaveResult.VersionConflict : reason;
    }

    /// <inheritdoc cref="WriteAsync"/>
    /// <param name="write">The write; false rolls back.</param>
    /// <param name="wasCommitted">Tells a commit whose answer was lost from one that never was.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    private async Task<bool> WriteOnceAsync(
        Func<TContext, CancellationToken, Task<bool>> write,
        Func<TContext, CancellationToken, Task<bool>> wasCommitted,
        CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var db = session.Db;
        using var turn = await WaitForTurnAsync(db, cancellationToken).ConfigureAwait(false);
        try
        {
            return await db.Database.CreateExecutionStrategy().ExecuteAsync(
                write,
                async (_, one, _) => await InTransactionAsync(session, one).ConfigureAwait(false),
                async (_, _, token) =>
                {
                    var isCommitted = await wasCommitted(db, token).ConfigureAwait(false);
                    return new ExecutionResult<bool>(isCommitted, isCommitted);
                },
                session.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (Provider.IsOvertaken(exception))
        {
            return false;
        }
    }

    /// <summary>
    /// Waits until no other write of this process is under way, on SQLite. It has one writer: ours wait in turn, without a
    /// thread, instead of polling a locked file. Then only the first one waits, with a thread, for writers of other processes.
    /// </summary>
    /// <exception cref="TimeoutException">The turn did not come in time.</exception>
    private async Task<SqliteTurn?> WaitForTurnAsync(TContext db, CancellationToken cancellationToken)
    {
        if (!Provider.IsSqlite(db))
        {
            return null;
        }

        var connection = db.Database.GetDbConnection();
        using var timeout = new CancellationTokenSource(_sqliteTimeout, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await _sqliteWriter.WaitAsync(ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"The SQLite database of the API keys was busy with other writes for {_sqliteTimeout.TotalSeconds} s.");
        }

        return new SqliteTurn(_sqliteWriter, connection, _sqliteTimeout);
    }

    private static async Task<bool> InTransactionAsync(
        Session<TContext> session, Func<TContext, CancellationToken, Task<bool>> write)
    {
        session.Restart();
        session.Db.ChangeTracker.Clear();
        await using var transaction = await session.Db.Database.BeginTransactionAsync(session.Token).ConfigureAwait(false);
        var isWritten = await write(session.Db, session.Token).ConfigureAwait(false);
        if (isWritten)
        {
            await transaction.CommitAsync(session.Token).ConfigureAwait(false);
        }

        return isWritten;
    }
}
