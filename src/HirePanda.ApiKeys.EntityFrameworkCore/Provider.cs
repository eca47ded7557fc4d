using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>Contains the code that differs between database providers.</summary>
internal static class Provider
{
    private const string PostgresUniqueViolation = "23505";
    private const int SqliteConstraint = 19;

    /// <summary>An arbitrary lock number that other applications are unlikely to use: "HPWS" in ASCII.</summary>
    private const int WorkspaceLock = 0x48505753;

    public static bool IsSqlite(DbContext db) => db.Database.ProviderName?.EndsWith("Sqlite", StringComparison.Ordinal) == true;

    public static bool IsPostgres(DbContext db)
        => db.Database.ProviderName?.Contains("PostgreSQL", StringComparison.Ordinal) == true;

    /// <summary>Throws if the store does not support the context's provider.</summary>
    /// <exception cref="InvalidOperationException">The provider is neither SQLite nor PostgreSQL.</exception>
    public static void ThrowIfUnsupported(DbContext db)
    {
        if (!IsSqlite(db) && !IsPostgres(db))
        {
            throw new InvalidOperationException(
                $"API keys cannot be stored with '{db.Database.ProviderName}', the Entity Framework Core provider of "
                + $"{db.GetType().Name}. "
                + "The supported providers are SQLite (Microsoft.EntityFrameworkCore.Sqlite) and PostgreSQL "
                + "(Npgsql.EntityFrameworkCore.PostgreSQL). "
                + "Use one of them, or register your own store with AddStore<T>().");
        }
    }

    public static bool IsUniqueViolation(DbUpdateException exception)
        => exception.InnerException is DbException { SqlState: PostgresUniqueViolation }
            or DbException { ErrorCode: SqliteConstraint }
            || (exception.InnerException is DbException inner && SqliteCode(inner) == SqliteConstraint);

    /// <summary>Gets the primary result code of a SQLite exception, or null for other databases.</summary>
    public static int? SqliteCode(Exception exception)
        => exception.GetType().Name == "SqliteException"
            ? (int?)exception.GetType().GetProperty("SqliteErrorCode")!.GetValue(exception)
            : null;

    /// <summary>
    /// Determines whether a write failed because of another one: a deadlock or a serialization failure (SQLSTATE class 40).
    /// </summary>
    public static bool IsWriteConflict(Exception exception)
        => exception.GetBaseException() is DbException { SqlState: "40P01" or "40001" };

    /// <summary>
    /// Locks a workspace until the transaction ends, so that only one transaction at a time counts the workspace's rows. SQLite
    /// needs no lock, because it has one writer.
    /// </summary>
    public static async Task LockWorkspaceAsync(DbContext db, string workspace, CancellationToken cancellationToken)
    {
        if (IsPostgres(db))
        {
            await db.Database.ExecuteSqlAsync(
                $"SELECT pg_advisory_xact_lock({WorkspaceLock}, hashtext({workspace}))", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Gets the SQL that selects the names of the existing tables and indexes, and of the columns as <c>table.column</c>.
    /// </summary>
    public static string SchemaSql(DbContext db) => IsPostgres(db)
        ? """
            SELECT tablename::text AS "Value" FROM pg_tables WHERE schemaname = current_schema()
            UNION ALL SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema()
            UNION ALL SELECT table_name || '.' || column_name
                FROM information_schema.columns WHERE table_schema = current_schema()
            """
        : """
            SELECT name AS "Value" FROM sqlite_master
            UNION ALL SELECT entry.name || '.' || field.name
                FROM sqlite_master AS entry JOIN pragma_table_info(entry.name) AS field WHERE entry.type = 'table'
            """;

    /// <summary>Gets the SQL that locks rows of keys. It uses the table and column names of the host's model.</summary>
    public static string LockKeysSql(DbContext db, string mode)
    {
        var table = db.Model.FindEntityType(typeof(KeyRow))!;
        var sql = db.GetService<ISqlGenerationHelper>();
        var name = sql.DelimitIdentifier(table.GetTableName()!, table.GetSchema());
        var id = sql.DelimitIdentifier(table.FindProperty(nameof(KeyRow.Id))!.GetColumnName());
        return $"SELECT 1 FROM {name} WHERE {id} = ANY({{0}}) ORDER BY {id} COLLATE \"C\" FOR {mode}";
    }
}
