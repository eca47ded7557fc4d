using Microsoft.EntityFrameworkCore;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <content>Webhooks and their deliveries.</content>
internal sealed partial class EntityFrameworkApiKeyStore<TContext>
{
    public async ValueTask<ApiKeySaveResult> AddWebhookAsync(
        ApiKeyWebhook webhook, int limit, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
        => await SaveAsync(
            async (db, token) =>
            {
                await Provider.LockWorkspaceAsync(db, webhook.Workspace, token).ConfigureAwait(false);
                if (!await LockAsync(db, actor, [], token).ConfigureAwait(false))
                {
                    return ApiKeySaveResult.ActorChanged;
                }

                var count = await db.Set<WebhookRow>().CountAsync(row => row.Workspace == webhook.Workspace, token)
                    .ConfigureAwait(false);
                if (count >= limit)
                {
                    return ApiKeySaveResult.LimitReached;
                }

                db.Add(WebhookRow.From(webhook));
                db.Add(AuditRow.From(audit));
                await db.SaveChangesAsync(token).ConfigureAwait(false);
                return ApiKeySaveResult.Saved;
            },
            audit.Id,
            cancellationToken).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<ApiKeyWebhook>> ListWebhooksAsync(
        string workspace, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        var webhooks = session.Db.Set<WebhookRow>().AsNoTracking().Where(webhook => webhook.Workspace == workspace);
        if (after is { } last)
        {
            var at = Columns.Write(last.At);
            webhooks = webhooks.Where(
                webhook => webhook.CreatedAt <= at && (webhook.CreatedAt < at || string.Compare(webhook.Id, last.Id) < 0));
        }

        var rows = await webhooks.OrderByDescending(webhook => webhook.CreatedAt).ThenByDescending(webhook => webhook.Id)
            .Take(limit).ToListAsync(session.Token).ConfigureAwait(false);
        return rows.ConvertAll(row => row.ToWebhook());
    }

    public async ValueTask<ApiKeySaveResult> DeleteWebhookAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
        => await SaveAsync(
            async (db, token) =>
            {
                if (!await LockAsync(db, actor, [], token).ConfigureAwait(false))
                {
                    return ApiKeySaveResult.ActorChanged;
                }

                if (await db.Set<WebhookRow>().Where(row => row.Id == id && row.Workspace == workspace)
                    .ExecuteDeleteAsync(token).ConfigureAwait(false) == 0)
                {
                    return ApiKeySaveResult.NotFound;
                }

                await db.Set<DeliveryRow>().Where(row => row.WebhookId == id).ExecuteDeleteAsync(token).ConfigureAwait(false);
                db.Add(AuditRow.From(audit));
                await db.SaveChangesAsync(token).ConfigureAwait(false);
                return ApiKeySaveResult.Saved;
            },
            audit.Id,
            cancellationToken).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<ApiKeyLeasedDelivery>> LeaseDeliveriesAsync(
        DateTimeOffset now,
        DateTimeOffset leasedUntil,
        int limit,
        IReadOnlyCollection<string> exceptWebhooks,
        CancellationToken cancellationToken)
    {
        var (at, until) = (Columns.Write(now), Columns.Write(leasedUntil));
        while (true)
        {
            List<string> due;
            await using (var session = Open(cancellationToken))
            {
                // Usually nothing is due, and then nothing is locked.
                due = await Due(session.Db, at).Where(row => !exceptWebhooks.Contains(row.WebhookId))
                    .OrderBy(row => row.NextAttemptAt).Take(limit).Select(row => row.Id)
                    .ToListAsync(session.Token).ConfigureAwait(false);
            }

            var leased = new List<ApiKeyLeasedDelivery>();
            if (due.Count == 0
                || !await WriteAsync((db, token) => LeaseAllAsync(db, due, at, until, leased, token), null, cancellationToken)
                    .ConfigureAwait(false))
            {
                return [];
            }

            // If other processes leased all of them, or all have failed, more can be due.
            if (leased.Count > 0)
            {
                return leased;
            }
        }
    }

    public async ValueTask<DateTimeOffset?> GetNextDeliveryAsync(CancellationToken cancellationToken)
    {
        await using var session = Open(cancellationToken);
        return Columns.ReadTime(await session.Db.Set<DeliveryRow>().Where(row => row.NextAttemptAt != null)
            .MinAsync(
                row => row.LeasedUntil > row.NextAttemptAt ? row.LeasedUntil : row.NextAttemptAt,
                session.Token).ConfigureAwait(false));
    }

    public async ValueTask<bool> SaveAttemptAsync(ApiKeyDeliveryAttempt attempt, CancellationToken cancellationToken)
        => await WriteAsync((db, token) => TrySaveAttemptAsync(db, attempt, token), null, cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask PruneDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        // A row has no end time. Its alert has a start time, and all attempts end within a day of it.
        var at = Columns.Write(before);
        await WriteAsync(
            async (db, token) =>
            {
                await db.Set<DeliveryRow>().Where(
                    row => row.NextAttemptAt == null
                        && !db.Set<AlertRow>().Any(alert => alert.Id == row.AlertId && alert.RaisedAt >= at))
                    .ExecuteDeleteAsync(token).ConfigureAwait(false);
                return true;
            },
            null,
            cancellationToken).ConfigureAwait(false);
    }

    private static IQueryable<DeliveryRow> Due(TContext db, long now)
        => db.Set<DeliveryRow>().Where(row => row.NextAttemptAt <= now && (row.LeasedUntil == null || row.LeasedUntil <= now));

    private static async Task<bool> LeaseAllAsync(
        TContext db,
        List<string> ids,
        long now,
        long leasedUntil,
        List<ApiKeyLeasedDelivery> leased,
        CancellationToken cancellationToken)
    {
        leased.Clear();
        foreach (var id in ids.Order(StringComparer.Ordinal))
        {
            if (await LeaseAsync(db, id, now, leasedUntil, cancellationToken).ConfigureAwait(false) is { } delivery)
            {
                leased.Add(delivery);
            }
        }

        return true;
    }

    /// <summary>
    /// Leases one delivery if it is still due. The database compares and sets, so that only one process gets it.
    /// </summary>
    private static async Task<ApiKeyLeasedDelivery?> LeaseAsync(
        TContext db, string id, long now, long leasedUntil, CancellationToken cancellationToken)
    {
        if (await Due(db, now).Where(row => row.Id == id)
            .ExecuteUpdateAsync(
                row => row.SetProperty(entry => entry.LeasedUntil, leasedUntil), cancellationToken).ConfigureAwait(false) == 0)
        {
            return null;
        }

        var delivery = await db.Set<DeliveryRow>().AsNoTracking().SingleAsync(row => row.Id == id, cancellationToken)
            .ConfigureAwait(false);
        var webhook = await db.Set<WebhookRow>().AsNoTracking()
            .FirstOrDefaultAsync(row => row.Id == delivery.WebhookId && row.DisabledAt == null, cancellationToken)
                .ConfigureAwait(false);
        if (webhook is not null)
        {
            return new() { Delivery = delivery.ToDelivery(), Webhook = webhook.ToWebhook() };
        }

        await EndAsync(db.Set<DeliveryRow>().Where(row => row.Id == id), ApiKeyDeliveryStatus.Failed, cancellationToken)
            .ConfigureAwait(false);
        return null;
    }

    private static async Task<bool> TrySaveAttemptAsync(
        TContext db, ApiKeyDeliveryAttempt attempt, CancellationToken cancellationToken)
    {
        // The webhook is updated first, so that attempts that end at the same time lock rows in the same order.
        var (id, lease, attempts) = (attempt.Delivery.Id, Columns.Write(attempt.Delivery.LeasedUntil), attempt.Delivery.Attempts);
        var webhook = db.Set<WebhookRow>().Where(row => row.Id == attempt.Delivery.WebhookId);
        var (at, next) = (Columns.Write(attempt.At), Columns.Write(attempt.NextAttemptAt));
        if (attempt.Succeeded)
        {
            await webhook.Where(row => row.FailingSince != null)
                .ExecuteUpdateAsync(row => row.SetProperty(entry => entry.FailingSince, (long?)null), cancellationToken)
                    .ConfigureAwait(false);
        }
        else
        {
            await webhook.ExecuteUpdateAsync(
                row => row.SetProperty(entry => entry.FailingSince, entry => entry.FailingSince ?? at), cancellationToken)
                    .ConfigureAwait(false);
        }

        var status = attempt.Succeeded
            ? ApiKeyDeliveryStatus.Delivered
            : next is null
            ? ApiKeyDeliveryStatus.Failed
            : ApiKeyDeliveryStatus.Pending;
        if (await db.Set<DeliveryRow>()
            .Where(row => row.Id == id && row.LeasedUntil == lease && row.Attempts == attempts && row.NextAttemptAt != null)
            .ExecuteUpdateAsync(
                row => row.SetProperty(entry => entry.Attempts, attempts + 1).SetProperty(entry => entry.NextAttemptAt, next)
                    .SetProperty(entry => entry.LeasedUntil, (long?)null).SetProperty(entry => entry.Status, status),
                cancellationToken).ConfigureAwait(false) == 0)
        {
            return false;
        }

        if (attempt.DisabledReason is { } reason)
        {
            await webhook.Where(row => row.DisabledAt == null)
                .ExecuteUpdateAsync(
                    row => row.SetProperty(entry => entry.DisabledAt, at).SetProperty(entry => entry.DisabledReason, reason),
                    cancellationToken)
                .ConfigureAwait(false);
            await EndAsync(
                db.Set<DeliveryRow>().Where(row => row.WebhookId == attempt.Delivery.WebhookId && row.NextAttemptAt != null),
                ApiKeyDeliveryStatus.Failed,
                cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    private static Task<int> EndAsync(
        IQueryable<DeliveryRow> deliveries, ApiKeyDeliveryStatus status, CancellationToken cancellationToken)
        => deliveries.ExecuteUpdateAsync(
            row => row.SetProperty(entry => entry.Status, status).SetProperty(entry => entry.NextAttemptAt, (long?)null)
                .SetProperty(entry => entry.LeasedUntil, (long?)null),
            cancellationToken);
}
