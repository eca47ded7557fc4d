using Microsoft.EntityFrameworkCore;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <content>Alerts and reminders.</content>
internal sealed partial class EntityFrameworkApiKeyStore<TContext>
{
    public async ValueTask<bool> AddAlertAsync(
        ApiKeyAlert alert, IReadOnlyList<ApiKeyWebhookDelivery> deliveries, CancellationToken cancellationToken)
    {
        if (await WriteOnceAsync(
            (db, token) => TryAddAlertAsync(db, alert, deliveries, token),
            (db, token) => db.Set<AlertRow>().AnyAsync(row => row.Id == alert.Id, token),
            cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        return await HasAlertAsync(alert.DeduplicationKey, cancellationToken).ConfigureAwait(false)
            ? false
            : throw new InvalidOperationException(
                "The alert was not stored because another write conflicted with it. It can be stored later.");
    }

    public async ValueTask<IReadOnlyList<ApiKeyAlert>> ListAlertsAsync(
        string workspace, bool openOnly, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var alerts = session.Db.Set<AlertRow>().AsNoTracking().Where(alert => alert.Workspace == workspace);
        if (openOnly)
        {
            alerts = alerts.Where(alert => alert.AcknowledgedAt == null);
        }

        if (after is { } last)
        {
            var at = Columns.Write(last.At);
            alerts = alerts.Where(
                alert => alert.RaisedAt <= at && (alert.RaisedAt < at || string.Compare(alert.Id, last.Id) < 0));
        }

        var rows = await alerts.OrderByDescending(alert => alert.RaisedAt).ThenByDescending(alert => alert.Id).Take(limit)
            .ToListAsync(session.Token).ConfigureAwait(false);
        return rows.ConvertAll(row => row.ToAlert());
    }

    public async ValueTask<int> CountOpenAlertsAsync(string workspace, int limit, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        return await session.Db.Set<AlertRow>().Where(alert => alert.Workspace == workspace && alert.AcknowledgedAt == null)
            .Take(limit).CountAsync(session.Token).ConfigureAwait(false);
    }

    public async ValueTask<ApiKeyAlert?> GetAlertAsync(string workspace, string id, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var row = await session.Db.Set<AlertRow>().AsNoTracking()
            .FirstOrDefaultAsync(alert => alert.Id == id && alert.Workspace == workspace, session.Token).ConfigureAwait(false);
        return row?.ToAlert();
    }

    public async ValueTask<ApiKeySaveResult> AcknowledgeAlertAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
        => await SaveAsync(
            async (db, token) =>
            {
                if (!await LockAsync(db, actor, [], token).ConfigureAwait(false))
                {
                    return ApiKeySaveResult.ActorChanged;
                }

                // The database checks the condition, so the first of several concurrent acknowledgments is kept.
                var alert = db.Set<AlertRow>().Where(row => row.Id == id && row.Workspace == workspace);
                var at = Columns.Write(audit.At);
                if (await alert.Where(row => row.AcknowledgedAt == null)
                    .ExecuteUpdateAsync(
                        row => row.SetProperty(entry => entry.AcknowledgedAt, at)
                            .SetProperty(entry => entry.AcknowledgedBy, audit.Actor),
                        token).ConfigureAwait(false) == 0)
                {
                    return await alert.AnyAsync(token).ConfigureAwait(false) ? ApiKeySaveResult.Saved : ApiKeySaveResult.NotFound;
                }

                db.Add(AuditRow.From(audit));
                await db.SaveChangesAsync(token).ConfigureAwait(false);
                return ApiKeySaveResult.Saved;
            },
            audit.Id,
            cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> HasAlertAsync(string deduplicationKey, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        return await session.Db.Set<AlertRow>().AnyAsync(row => row.Cause == deduplicationKey, session.Token)
            .ConfigureAwait(false);
    }

    public async ValueTask<int> CountAlertsAsync(
        string workspace, string kind, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var at = Columns.Write(since);
        await using var session = Open(cancellationToken);
        return await session.Db.Set<AlertRow>()
            .CountAsync(alert => alert.Workspace == workspace && alert.Kind == kind && alert.RaisedAt >= at, session.Token)
            .ConfigureAwait(false);
    }

    private static async Task<bool> TryAddAlertAsync(
        TContext db, ApiKeyAlert alert, IReadOnlyList<ApiKeyWebhookDelivery> deliveries, CancellationToken cancellationToken)
    {
        // This check handles most duplicates. The unique index catches only those added at the same moment.
        var isKnown = await db.Set<AlertRow>().AnyAsync(row => row.Cause == alert.DeduplicationKey, cancellationToken)
            .ConfigureAwait(false);
        if (isKnown)
        {
            return false;
        }

        db.Add(AlertRow.From(alert));
        db.AddRange(deliveries.Select(DeliveryRow.From));
        try
        {
            await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (DbUpdateException exception) when (Provider.IsUniqueViolation(exception))
        {
            return false;
        }
    }
}
