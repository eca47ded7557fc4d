using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// Makes the tables of hosts that bring no context of their own: before anything else starts, or before the first connection if
/// the store is used earlier. It holds a lock that several processes share, and tries again while the database comes up.
/// </summary>
internal sealed partial class SchemaSetup(
    IServiceScopeFactory scopes, IServiceProviderIsService registered, TimeProvider time, ILogger<SchemaSetup> logger)
    : DbConnectionInterceptor, IHostedLifecycleService, IDisposable
{
    /// <summary>Counts the shapes that the tables have had.</summary>
    private const int Version = 4;

    /// <summary>Any number that nobody else locks: the library's name in ASCII.</summary>
    private const long PostgresLock = 0x48504B455953;

    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile bool _isDone;
    private DbContext? _settingUp;

    /// <summary>Does nothing where a later AddStore call, such as in a host's tests, removed the store.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
        => registered.IsService(typeof(EntityFrameworkApiKeyStore<ApiKeyDbContext>))
            ? EnsureAsync(cancellationToken)
            : Task.CompletedTask;

    public override async ValueTask<InterceptionResult> ConnectionOpeningAsync(
        DbConnection connection,
        ConnectionEventData eventData,
        InterceptionResult result,
        CancellationToken cancellationToken = default)
    {
        // The connection that makes the tables must not wait for itself.
        if (!_isDone && !ReferenceEquals(eventData.Context, _settingUp))
        {
            await EnsureAsync(cancellationToken).ConfigureAwait(false);
        }

        return result;
    }

    public void Dispose() => _gate.Dispose();

    private async Task EnsureAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isDone)
            {
                await SetUpPatientlyAsync(cancellationToken).ConfigureAwait(false);
                _isDone = true;
            }
        }
        finally
        {
            _settingUp = null;
            _gate.Release();
        }
    }

    private async Task SetUpPatientlyAsync(CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + _patience;
        while (true)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var db = scope.ServiceProvider.GetRequiredService<ApiKeyDbContext>();
                Provider.ThrowIfUnsupported(db);
                CheckConnectionString(db);
                _settingUp = db;
                await SetUpAsync(db, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (WhyUnusable(exception) is { } reason)
            {
                throw new InvalidOperationException(
                    $"The database of the API keys cannot be opened or written: {reason} Check the file's path "
                    + "and its permissions.", exception);
            }
            catch (Exception exception)
                when (exception is DbException or TimeoutException || exception.InnerException is DbException)
            {
                if (time.GetUtcNow() >= until)
                {
                    throw new InvalidOperationException(
                        $"The database of the API keys did not come up within {_patience.TotalSeconds} s: "
                        + $"{exception.Message}", exception);
                }

                LogWaiting(exception.GetBaseException().Message);
                await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Reads the connection string. What a database's client says of one that it cannot read quotes parts of it, so neither its
    /// message nor the exception itself, which the host would log, goes any further.
    /// </summary>
    private static void CheckConnectionString(ApiKeyDbContext db)
    {
        try
        {
            _ = db.Database.GetDbConnection().ConnectionString;
        }
        catch (Exception exception)
            when (exception is ArgumentException or FormatException or OverflowException or InvalidCastException)
        {
            throw new InvalidOperationException(
                "The connection string of the API keys cannot be read. Check its keywords and values; they are not shown, "
                + "because one may be a password.");
        }
    }

    private static async Task SetUpAsync(ApiKeyDbContext db, CancellationToken cancellationToken)
    {
        if (Provider.IsSqlite(db))
        {
            SqliteFile.CreatePrivate(db.Database.GetDbConnection().ConnectionString);

            // Readers and the writer do not wait for each other; it is a property of the file.
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellationToken).ConfigureAwait(false);
        }

        await db.Database.CreateExecutionStrategy().ExecuteAsync(() => CreateAsync(db, cancellationToken)).ConfigureAwait(false);
    }

    private static async Task CreateAsync(ApiKeyDbContext db, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        if (Provider.IsPostgres(db))
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({PostgresLock})", cancellationToken)
                .ConfigureAwait(false);
        }

        await db.Database.ExecuteSqlRawAsync(
            "CREATE TABLE IF NOT EXISTS api_key_schema (version integer NOT NULL)", cancellationToken).ConfigureAwait(false);
        var versions = await db.Database.SqlQueryRaw<int>("SELECT version AS \"Value\" FROM api_key_schema").ToListAsync(
            cancellationToken).ConfigureAwait(false);
        switch (versions)
        {
            case []:
                await db.Database.ExecuteSqlRawAsync(db.Database.GenerateCreateScript(), cancellationToken).ConfigureAwait(false);
                await db.Database.ExecuteSqlAsync($"INSERT INTO api_key_schema (version) VALUES ({Version})", cancellationToken)
                    .ConfigureAwait(false);
                break;
            case [< Version]:
                await AddMissingAsync(db, cancellationToken).ConfigureAwait(false);
                await db.Database.ExecuteSqlAsync($"UPDATE api_key_schema SET version = {Version}", cancellationToken)
                    .ConfigureAwait(false);
                break;
            case [> Version]:
                throw new InvalidOperationException(
                    $"The tables of the API keys have version {versions[0]}, but this release knows them up to {Version}: "
                    + "use the newer release that made them.");
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Brings older tables up to date: later versions have further tables, columns with a default, and indexes.
    /// </summary>
    private static async Task AddMissingAsync(ApiKeyDbContext db, CancellationToken cancellationToken)
    {
        var names = await db.Database.SqlQueryRaw<string>(Provider.SchemaSql(db)).ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        var existing = names.ToHashSet();
        var model = db.GetService<IDesignTimeModel>().Model;
        var missing = db.GetService<IMigrationsModelDiffer>().GetDifferences(null, model.GetRelationalModel())
            .SelectMany(operation => operation switch
            {
                CreateTableOperation table when existing.Contains(table.Name) => table.Columns.Where(
                    column => !existing.Contains($"{table.Name}.{column.Name}")),
                CreateTableOperation table => [table],
                CreateIndexOperation index when !existing.Contains(index.Name) => [index],
                _ => Enumerable.Empty<MigrationOperation>(),
            }).ToList();
        foreach (var command in db.GetService<IMigrationsSqlGenerator>().Generate(missing, model))
        {
            await db.Database.ExecuteSqlRawAsync(command.CommandText, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A file that is not merely busy will not get better by waiting.</summary>
    private static string? WhyUnusable(Exception exception)
        => Provider.SqliteCode(exception.GetBaseException()) is { } code && code is not (SqliteBusy or SqliteLocked)
            ? exception.GetBaseException().Message
            : null;

    [LoggerMessage(1, LogLevel.Warning, "The database of the API keys is not up yet: {Reason} It is tried again every second.")]
    private partial void LogWaiting(string reason);
}
