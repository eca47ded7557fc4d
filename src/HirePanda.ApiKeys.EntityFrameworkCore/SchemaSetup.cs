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
/// Creates the tables for hosts without their own context. It runs before anything else starts, or before the first connection
/// if the store is used earlier. It holds a lock that all processes share, and it retries while the database is starting.
/// </summary>
internal sealed partial class SchemaSetup(
    IServiceScopeFactory scopes, IServiceProviderIsService registered, TimeProvider time, ILogger<SchemaSetup> logger)
    : DbConnectionInterceptor, IHostedLifecycleService, IDisposable
{
    /// <summary>The current version of the tables.</summary>
    private const int Version = 5;

    /// <summary>An arbitrary lock number that other applications are unlikely to use: "HPKEYS" in ASCII.</summary>
    private const long PostgresLock = 0x48504B455953;

    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;

    private static readonly TimeSpan _retryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _indexTimeout = TimeSpan.FromMinutes(30);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile bool _isDone;
    private DbContext? _settingUp;

    /// <summary>Creates the tables, unless a later AddStore call, such as in a host's tests, removed the store.</summary>
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
        // The connection that creates the tables must not wait for itself.
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
                await SetUpWithRetriesAsync(cancellationToken).ConfigureAwait(false);
                _isDone = true;
            }
        }
        finally
        {
            _settingUp = null;
            _gate.Release();
        }
    }

    private async Task SetUpWithRetriesAsync(CancellationToken cancellationToken)
    {
        var until = time.GetUtcNow() + _timeout;
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
            catch (Exception exception) when (GetFatalReason(exception) is { } reason)
            {
                throw new InvalidOperationException(
                    $"The API key database cannot be opened or written: {reason} Check the file's path "
                    + "and its permissions.", exception);
            }
            catch (Exception exception)
                when (exception is DbException or TimeoutException || exception.InnerException is DbException)
            {
                if (time.GetUtcNow() >= until)
                {
                    throw new InvalidOperationException(
                        $"The API key database did not become available within {_timeout.TotalSeconds} s. Check the connection "
                        + $"string and the database server. {exception.Message}", exception);
                }

                LogWaiting(exception.GetBaseException().Message);
                await Task.Delay(_retryDelay, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Checks that the connection string can be parsed. The client's exception can quote parts of the string, and the host would
    /// log it, so this method throws a new exception without the message and the inner exception.
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
                "The connection string of the API key database is not valid. Check its keywords and values. "
                + "They are not shown, because they can contain a password.");
        }
    }

    private static async Task SetUpAsync(ApiKeyDbContext db, CancellationToken cancellationToken)
    {
        if (Provider.IsSqlite(db))
        {
            SqliteFile.CreatePrivate(db.Database.GetDbConnection().ConnectionString);

            // In WAL mode, readers and the writer do not wait for each other. The mode is stored in the file.
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
                    $"The API key tables have version {versions[0]}, but this release supports versions up to {Version}. "
                    + "Use the newer release that created them.");
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Upgrades older tables. Later versions add tables, columns with a default, and indexes.
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
        // An index of a large table takes longer than other commands.
        db.Database.SetCommandTimeout(_indexTimeout);
        foreach (var command in db.GetService<IMigrationsSqlGenerator>().Generate(missing, model))
        {
            await db.Database.ExecuteSqlRawAsync(command.CommandText, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Gets the reason why a SQLite file cannot be used, or null if a retry can help, such as when the file is busy.
    /// </summary>
    private static string? GetFatalReason(Exception exception)
        => Provider.SqliteCode(exception.GetBaseException()) is { } code && code is not (SqliteBusy or SqliteLocked)
            ? exception.GetBaseException().Message
            : null;

    [LoggerMessage(1, LogLevel.Warning, "The API key database is not available yet: {Reason} Retrying every second.")]
    private partial void LogWaiting(string reason);
}
