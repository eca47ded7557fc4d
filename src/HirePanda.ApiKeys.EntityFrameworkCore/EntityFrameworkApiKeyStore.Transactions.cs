using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <content>The transaction of a write, and the queue of SQLite writers.</content>
internal sealed partial class EntityFrameworkApiKeyStore<TContext>
{
    /// <summary>Runs a write in a transaction, and retries it as the host's execution strategy specifies.</summary>
    /// <param name="write">The write; false rolls back.</param>
    /// <param name="auditId">
    /// The id of an audit entry of the write, or null if there is none. It shows whether a commit whose response was lost took
    /// effect.
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
    /// <param name="write">The write. Any result except <see cref="ApiKeySaveResult.Saved"/> rolls back.</param>
    /// <param name="auditId">The id of an audit entry of the write, or null if there is none.</param>
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
    /// <param name="wasCommitted">Determines whether a commit whose response was lost took effect.</param>
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
                async (_, operation, _) => await InTransactionAsync(session, operation).ConfigureAwait(false),
                async (_, _, token) =>
                {
                    var isCommitted = await wasCommitted(db, token).ConfigureAwait(false);
                    return new ExecutionResult<bool>(isCommitted, isCommitted);
                },
                session.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (Provider.IsWriteConflict(exception))
        {
            return false;
        }
    }

    /// <summary>
    /// Waits on SQLite until no other write of this process is running. SQLite has one writer. Writes of this process wait
    /// asynchronously instead of polling a locked file, so at most one of them blocks a thread while another process writes.
    /// </summary>
    /// <exception cref="TimeoutException">Other writes did not finish in time.</exception>
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
                $"The SQLite API key database was busy with other writes for {_sqliteTimeout.TotalSeconds} s.");
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
