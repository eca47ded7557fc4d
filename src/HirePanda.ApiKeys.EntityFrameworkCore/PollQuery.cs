using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// Runs a query that is repeated every second. It bypasses Entity Framework's command log, which would write every run into the
/// log of a host that uses its own context. A failed query is not retried, because the next one follows within a second.
/// </summary>
internal static class PollQuery
{
    public static async Task<List<T>> ReadAsync<T>(
        DbContext db, IQueryable query, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await using var command = query.CreateDbCommand();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
        finally
        {
            await db.Database.CloseConnectionAsync().ConfigureAwait(false);
        }
    }
}
