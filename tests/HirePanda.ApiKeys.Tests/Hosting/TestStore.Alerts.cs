using System.Collections.Concurrent;

namespace HirePanda.ApiKeys.Tests;

/// <content>Alerts, webhooks, and their deliveries.</content>
internal sealed partial class TestStore
{
    private readonly ConcurrentQueue<DateTimeOffset> _pruned = new();
    private int _alertsAdded;
    private int _reminderReads;

    /// <summary>Gets the number of pages of reminder keys that were read.</summary>
    public int ReminderReads => Volatile.Read(ref _reminderReads);

    /// <summary>Gets the number of alerts that this process tried to store, including duplicates.</summary>
    public int AlertsAdded => Volatile.Read(ref _alertsAdded);

    /// <summary>Runs before every call for alerts and webhooks.</summary>
    public Action BeforeAlerts { get; set; } = () => { };

    /// <summary>Gets the time before which deliveries were to be deleted, for each call.</summary>
    public IReadOnlyList<DateTimeOffset> Pruned => [.. _pruned];

    /// <summary>Runs before deliveries are deleted.</summary>
    public Action BeforePrune { get; set; } = () => { };

    public ValueTask<bool> AddAlertAsync(
        ApiKeyAlert alert, IReadOnlyList<ApiKeyWebhookDelivery> deliveries, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _alertsAdded);
        return Alerts().AddAlertAsync(alert, deliveries, cancellationToken);
    }

    public ValueTask<IReadOnlyList<ApiKeyAlert>> ListAlertsAsync(
        string workspace, bool openOnly, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken)
        => Alerts().ListAlertsAsync(workspace, openOnly, after, limit, cancellationToken);

    public ValueTask<int> CountOpenAlertsAsync(string workspace, int limit, CancellationToken cancellationToken)
        => Alerts().CountOpenAlertsAsync(workspace, limit, cancellationToken);

    public ValueTask<ApiKeyAlert?> GetAlertAsync(string workspace, string id, CancellationToken cancellationToken)
        => Alerts().GetAlertAsync(workspace, id, cancellationToken);

    public ValueTask<ApiKeySaveResult> AcknowledgeAlertAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
        => Alerts().AcknowledgeAlertAsync(workspace, id, actor, audit, cancellationToken);

    public ValueTask<bool> HasAlertAsync(string deduplicationKey, CancellationToken cancellationToken)
        => Alerts().HasAlertAsync(deduplicationKey, cancellationToken);

    public ValueTask<int> CountAlertsAsync(
        string workspace, string kind, DateTimeOffset since, CancellationToken cancellationToken)
        => Alerts().CountAlertsAsync(workspace, kind, since, cancellationToken);

    public ValueTask<IReadOnlyList<ApiKey>> ListReminderKeysAsync(ApiKeyReminderQuery query, CancellationToken cancellationToken)
    {
        var keys = Alerts().ListReminderKeysAsync(query, cancellationToken);
        Interlocked.Increment(ref _reminderReads);
        return keys;
    }

    public ValueTask<ApiKeySaveResult> AddWebhookAsync(
        ApiKeyWebhook webhook, int limit, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
        => Alerts().AddWebhookAsync(webhook, limit, actor, audit, cancellationToken);

    public ValueTask<IReadOnlyList<ApiKeyWebhook>> ListWebhooksAsync(
        string workspace, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken)
        => Alerts().ListWebhooksAsync(workspace, after, limit, cancellationToken);

    public ValueTask<ApiKeySaveResult> DeleteWebhookAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
        => Alerts().DeleteWebhookAsync(workspace, id, actor, audit, cancellationToken);

    public ValueTask<IReadOnlyList<ApiKeyLeasedDelivery>> LeaseDeliveriesAsync(
        DateTimeOffset now,
        DateTimeOffset leasedUntil,
        int limit,
        IReadOnlyCollection<string> exceptWebhooks,
        CancellationToken cancellationToken)
        => Alerts().LeaseDeliveriesAsync(now, leasedUntil, limit, exceptWebhooks, cancellationToken);

    public ValueTask<DateTimeOffset?> GetNextDeliveryAsync(CancellationToken cancellationToken)
        => Alerts().GetNextDeliveryAsync(cancellationToken);

    public ValueTask<bool> SaveAttemptAsync(ApiKeyDeliveryAttempt attempt, CancellationToken cancellationToken)
        => Alerts().SaveAttemptAsync(attempt, cancellationToken);

    public ValueTask PruneDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        BeforePrune();
        _pruned.Enqueue(before);
        return Alerts().PruneDeliveriesAsync(before, cancellationToken);
    }

    private InMemoryApiKeyStore Alerts()
    {
        BeforeAlerts();
        return _inner;
    }
}
