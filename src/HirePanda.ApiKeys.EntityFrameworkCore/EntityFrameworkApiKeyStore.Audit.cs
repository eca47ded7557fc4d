using Microsoft.EntityFrameworkCore;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <content>The audit log.</content>
internal sealed partial class EntityFrameworkApiKeyStore<TContext>
{
    public async ValueTask<IReadOnlyList<ApiKeyAuditEntry>> ListAuditAsync(
        ApiKeyAuditQuery query, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var entries = Filter(
            session.Db.Set<AuditRow>().AsNoTracking().Where(entry => entry.Workspace == query.Workspace), query);
        if (query.After is { } last)
        {
            var at = Columns.Write(last.At);
            entries = entries.Where(entry => entry.At <= at && (entry.At < at || string.Compare(entry.Id, last.Id) < 0));
        }

        var rows = await entries.OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Id).Take(query.Limit)
            .ToListAsync(session.Token).ConfigureAwait(false);
        return rows.ConvertAll(row => row.ToEntry());
    }

    private static IQueryable<AuditRow> Filter(IQueryable<AuditRow> entries, ApiKeyAuditQuery query)
    {
        if (query.KeyId is { } keyId)
        {
            entries = entries.Where(entry => entry.KeyId == keyId);
        }

        if (query.Action is { } action)
        {
            entries = entries.Where(entry => entry.Action == action);
        }

        if (query.Actor is { } actor)
        {
            entries = entries.Where(entry => entry.Actor == actor);
        }

        if (query.From is { } from)
        {
            var earliest = Columns.WriteBound(from);
            entries = entries.Where(entry => entry.At >= earliest);
        }

        if (query.To is { } to)
        {
            var end = Columns.WriteBound(to);
            entries = entries.Where(entry => entry.At < end);
        }

        return entries;
    }
}
