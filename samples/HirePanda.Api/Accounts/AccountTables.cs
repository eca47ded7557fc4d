using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Storage;

namespace HirePanda.Api;

/// <summary>
/// Creates the missing tables of accounts and OAuth, and their first keys. <c>EnsureCreated</c> creates nothing in a
/// database that already has tables, and the library's tables come first. Migrations would need one set for SQLite and another
/// for PostgreSQL. So this class creates the missing tables from the model, in one transaction, under a lock that all nodes
/// share. Register it after the library's store, which creates the database file and waits for a server that is starting.
/// </summary>
internal sealed class AccountTables(IServiceScopeFactory scopes) : IHostedLifecycleService
{
    /// <summary>An arbitrary lock number that other applications are unlikely to use: "HPUSER" in ASCII.</summary>
    private const long PostgresLock = 0x485055534552;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AccountsDbContext>();
        await using (var transaction = await LockAsync(db, cancellationToken))
        {
            foreach (var command in await GetMissingAsync(db, cancellationToken))
            {
                await db.Database.ExecuteSqlRawAsync(command.CommandText, cancellationToken);
            }

            await FirstKeyRing.CreateAsync(db, scope.ServiceProvider, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await scope.ServiceProvider.GetRequiredService<OAuthKeyRing>().LoadAsync(db, cancellationToken);
    }

    /// <summary>Starts a transaction that no other node can be in at the same time.</summary>
    public static async Task<IDbContextTransaction> LockAsync(AccountsDbContext db, CancellationToken cancellationToken)
    {
        // On SQLite, a transaction takes the lock of the only writer when it starts.
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (db.Database.IsNpgsql())
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({PostgresLock})", cancellationToken);
        }

        return transaction;
    }

    /// <summary>Determines whether an exception says that the database does not answer.</summary>
    public static bool IsUnavailable(Exception exception)
        => !IsInvalid(exception) && FindFailure(exception) is not null;

    /// <summary>
    /// Determines whether an exception says that the database cannot hold a value, such as text with a NUL: "data exception" of
    /// SQL, class 22.
    /// </summary>
    public static bool IsInvalid(Exception exception)
        => FindFailure(exception) is DbException { SqlState: ['2', '2', ..] };

    /// <summary>Finds the failure of the database, which the framework may wrap twice.</summary>
    private static Exception? FindFailure(Exception? exception)
        => exception is null or DbException or TimeoutException ? exception : FindFailure(exception.InnerException);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task<IReadOnlyList<MigrationCommand>> GetMissingAsync(
        AccountsDbContext db, CancellationToken cancellationToken)
    {
        var names = await db.Database.SqlQueryRaw<string>(
            db.Database.IsNpgsql()
                ? "SELECT tablename::text AS \"Value\" FROM pg_tables WHERE schemaname = current_schema()"
                : "SELECT name AS \"Value\" FROM sqlite_master WHERE type = 'table'").ToListAsync(cancellationToken);
        var model = db.GetService<IDesignTimeModel>().Model;
        var missing = db.GetService<IMigrationsModelDiffer>().GetDifferences(null, model.GetRelationalModel())
            .Where(operation => operation switch
            {
                CreateTableOperation table => !names.Contains(table.Name),
                CreateIndexOperation index => !names.Contains(index.Table),
                _ => false,
            }).ToList();
        return db.GetService<IMigrationsSqlGenerator>().Generate(missing, model);
    }
}
