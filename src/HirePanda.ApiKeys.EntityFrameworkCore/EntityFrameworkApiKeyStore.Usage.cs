using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <content>Usage. Every row is a sum, and each batch adds to it.</content>
internal sealed partial class EntityFrameworkApiKeyStore<TContext> : IApiKeyUsageStore
{
    public async ValueTask SaveUsageAsync(ApiKeyUsageBatch batch, CancellationToken cancellationToken)
    {
        // All nodes use the same order, so that they cannot deadlock.
        var rows = batch.Rows.ToArray();
        Array.Sort(rows, static (left, right) => UsageSql.Compare(left.Slot, right.Slot));
        var isSaved = await WriteAsync((db, token) => SaveUsageAsync(db, batch, rows, token), null, cancellationToken)
            .ConfigureAwait(false);
        if (!isSaved)
        {
            throw new DbUpdateConcurrencyException(
                "Usage was not stored because another write conflicted with it. It can be stored later.");
        }
    }

    public async ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumUsageAsync(
        ApiKeyUsageQuery query, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var rows = Rows(session.Db, query);
        var groups = query.ByTime
            ? rows.GroupBy(row => new { row.At, row.Name, Bucket = 0 })
            : rows.GroupBy(row => new { At = 0L, row.Name, row.Bucket });
        var sums = groups.Select(
            group => new
            {
                group.Key.At,
                group.Key.Name,
                group.Key.Bucket,
                Requests = group.Sum(row => row.Requests),
                Errors = group.Sum(row => row.Errors),
            });
        var read = await sums.ToListAsync(session.Token).ConfigureAwait(false);
        return read.ConvertAll(sum => new ApiKeyUsageAggregate
        {
            At = query.ByTime ? Columns.ReadTime(sum.At) : default,
            Name = sum.Name,
            LatencyBucket = sum.Bucket,
            Requests = sum.Requests,
            Errors = sum.Errors,
        });
    }

    public async ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumTopUsageAsync(
        IReadOnlyList<ApiKeyUsageQuery> queries, int limit, CancellationToken cancellationToken)
    {
        if (queries.Count == 0)
        {
            return [];
        }

        await using var session = Open(cancellationToken);
        var top = queries.Select(query => Rows(session.Db, query).Select(row => new { row.Name, row.Requests, row.Errors }))
            .Aggregate((left, right) => left.Concat(right))
            .GroupBy(row => row.Name)
            .Select(
                group => new
                {
                    Name = group.Key,
                    Requests = group.Sum(row => row.Requests),
                    Errors = group.Sum(row => row.Errors),
                })
            .OrderByDescending(sum => sum.Requests).ThenBy(sum => sum.Name).Take(limit);
        var read = await top.ToListAsync(session.Token).ConfigureAwait(false);
        return read.ConvertAll(sum => new ApiKeyUsageAggregate { Name = sum.Name, Requests = sum.Requests, Errors = sum.Errors });
    }

    public async ValueTask PruneUsageAsync(
        ApiKeyUsageGranularity granularity, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var (number, microseconds) = ((int)granularity, Columns.Write(before));
        await WriteAsync(
            async (db, token) =>
            {
                await db.Set<UsageRow>().Where(row => row.Level == number && row.At < microseconds).ExecuteDeleteAsync(token)
                    .ConfigureAwait(false);
                if (granularity == ApiKeyUsageGranularity.Minute)
                {
                    await db.Set<UsageBatchRow>().Where(batch => batch.At < microseconds).ExecuteDeleteAsync(token)
                        .ConfigureAwait(false);
                }

                return true;
            },
            null,
            cancellationToken).ConfigureAwait(false);
    }

    private static IQueryable<UsageRow> Rows(TContext db, ApiKeyUsageQuery query)
    {
        var (level, dimension) = ((int)query.Granularity, (int)query.Dimension);
        var (from, to) = (Columns.Write(query.From), Columns.Write(query.To));
        return db.Set<UsageRow>().Where(row => row.Workspace == query.Workspace && row.KeyId == query.KeyId
            && row.Level == level && row.Dimension == dimension && row.At >= from && row.At < to);
    }

    private static async Task<bool> SaveUsageAsync(
        TContext db, ApiKeyUsageBatch batch, ApiKeyUsageRow[] rows, CancellationToken cancellationToken)
    {
        if (await db.Set<UsageBatchRow>().AnyAsync(row => row.Id == batch.Id, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        db.Add(new UsageBatchRow { Id = batch.Id, At = Columns.Write(batch.At) });
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        var adding = Provider.IsPostgres(db)
            ? UsageSql.AddArraysAsync(db, rows, cancellationToken)
            : UsageSql.AddEachAsync(db, rows, cancellationToken);
        await adding.ConfigureAwait(false);
        return true;
    }
}

/// <summary>Adds to existing rows or inserts new ones (an upsert), which Entity Framework does not support.</summary>
internal static class UsageSql
{
    /// <summary>The maximum number of rows in one statement.</summary>
    private const int ChunkSize = 5_000;

    private static readonly string[] _key =
    [
        nameof(UsageRow.Workspace),
        nameof(UsageRow.KeyId),
        nameof(UsageRow.Level),
        nameof(UsageRow.Dimension),
        nameof(UsageRow.At),
        nameof(UsageRow.Name),
        nameof(UsageRow.Bucket),
    ];

    public static int Compare(ApiKeyUsageSlot left, ApiKeyUsageSlot right)
    {
        var order = string.CompareOrdinal(left.Workspace, right.Workspace);
        order = order != 0 ? order : string.CompareOrdinal(left.KeyId, right.KeyId);
        order = order != 0 ? order : left.Granularity.CompareTo(right.Granularity);
        order = order != 0 ? order : left.Dimension.CompareTo(right.Dimension);
        order = order != 0 ? order : left.At.CompareTo(right.At);
        order = order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
        return order != 0 ? order : left.LatencyBucket.CompareTo(right.LatencyBucket);
    }

    /// <summary>Adds many rows in one PostgreSQL statement, with one array for each column.</summary>
    public static async Task AddArraysAsync(DbContext db, ApiKeyUsageRow[] rows, CancellationToken cancellationToken)
    {
        var sql = Sql(db, "SELECT * FROM unnest({0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {8})");
        foreach (var chunk in rows.Chunk(ChunkSize))
        {
            object[] arrays =
            [
                Array.ConvertAll(chunk, row => row.Slot.Workspace),
                Array.ConvertAll(chunk, row => row.Slot.KeyId),
                Array.ConvertAll(chunk, row => (int)row.Slot.Granularity),
                Array.ConvertAll(chunk, row => (int)row.Slot.Dimension),
                Array.ConvertAll(chunk, row => Columns.Write(row.Slot.At)),
                Array.ConvertAll(chunk, row => row.Slot.Name),
                Array.ConvertAll(chunk, row => row.Slot.LatencyBucket),
                Array.ConvertAll(chunk, row => row.Requests),
                Array.ConvertAll(chunk, row => row.Errors),
            ];
            await db.Database.ExecuteSqlRawAsync(sql, arrays, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds rows one at a time with a prepared statement. SQLite runs in the process, so this is fast.</summary>
    public static async Task AddEachAsync(DbContext db, ApiKeyUsageRow[] rows, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
#pragma warning disable CA2100 // The SQL contains only names of the model. Values are parameters.
        command.CommandText = Sql(db, "VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8)");
#pragma warning restore CA2100
        var parameters = new DbParameter[_key.Length + 2];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = command.CreateParameter();
            parameters[i].ParameterName = $"@{i}";
            command.Parameters.Add(parameters[i]);
        }

        foreach (var row in rows)
        {
            (parameters[0].Value, parameters[1].Value, parameters[2].Value)
                = (row.Slot.Workspace, row.Slot.KeyId, (int)row.Slot.Granularity);
            (parameters[3].Value, parameters[4].Value, parameters[5].Value)
                = ((int)row.Slot.Dimension, Columns.Write(row.Slot.At), row.Slot.Name);
            (parameters[6].Value, parameters[7].Value, parameters[8].Value) = (row.Slot.LatencyBucket, row.Requests, row.Errors);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gets the upsert statement. It uses the table and column names of the host's model.</summary>
    private static string Sql(DbContext db, string values)
    {
        var type = db.Model.FindEntityType(typeof(UsageRow))!;
        var sql = db.GetService<ISqlGenerationHelper>();
        var table = sql.DelimitIdentifier(type.GetTableName()!, type.GetSchema());
        var key = string.Join(", ", _key.Select(Column));
        var (requests, errors) = (Column(nameof(UsageRow.Requests)), Column(nameof(UsageRow.Errors)));
        return $"INSERT INTO {table} AS stored ({key}, {requests}, {errors}) {values} ON CONFLICT ({key}) DO UPDATE SET "
            + $"{requests} = stored.{requests} + excluded.{requests}, {errors} = stored.{errors} + excluded.{errors}";

        string Column(string property) => sql.DelimitIdentifier(type.FindProperty(property)!.GetColumnName());
    }
}
