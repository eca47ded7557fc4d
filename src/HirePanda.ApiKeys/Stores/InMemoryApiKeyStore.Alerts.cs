namespace HirePanda.ApiKeys;

/// <content>Stores alerts, webhooks and their messages.</content>
internal sealed partial class InMemoryApiKeyStore : IApiKeyAlertStore
{
    private readonly Dictionary<string, ApiKeyAlert> _alerts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _deduplicationKeys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ApiKeyWebhook> _webhooks = new(StringComparer.Ordinal);

    /// <summary>The pending messages. Finished messages are removed.</summary>
    private readonly Dictionary<string, ApiKeyWebhookDelivery> _deliveries = new(StringComparer.Ordinal);

    public ValueTask<bool> AddAlertAsync(
        ApiKeyAlert alert, IReadOnlyList<ApiKeyWebhookDelivery> deliveries, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(alert);
        ArgumentNullException.ThrowIfNull(deliveries);
        lock (_lock)
        {
            if (!_deduplicationKeys.Add(alert.DeduplicationKey))
            {
                return new(false);
            }

            _alerts.Add(alert.Id, alert);
            foreach (var delivery in deliveries)
            {
                _deliveries.Add(delivery.Id, delivery);
            }

            return new(true);
        }
    }

    public ValueTask<IReadOnlyList<ApiKeyAlert>> ListAlertsAsync(
        string workspace, bool openOnly, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_alerts.Values
                .Where(alert => alert.Workspace == workspace && !(openOnly && alert.AcknowledgedAt is not null)
                    && IsAfter(alert.RaisedAt, alert.Id, after))
                .OrderByDescending(alert => alert.RaisedAt).ThenByDescending(alert => alert.Id, StringComparer.Ordinal)
                .Take(limit).ToList());
        }
    }

    public ValueTask<int> CountOpenAlertsAsync(string workspace, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_alerts.Values.Where(alert => alert.Workspace == workspace && alert.AcknowledgedAt is null)
                .Take(limit).Count());
        }
    }

    public ValueTask<ApiKeyAlert?> GetAlertAsync(string workspace, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_alerts.TryGetValue(id, out var alert) && alert.Workspace == workspace ? alert : null);
        }
    }

    public ValueTask<ApiKeySaveResult> AcknowledgeAlertAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audit);
        lock (_lock)
        {
            if (!IsSatisfied(actor))
            {
                return new(ApiKeySaveResult.ActorChanged);
            }

            if (!_alerts.TryGetValue(id, out var alert) || alert.Workspace != workspace)
            {
                return new(ApiKeySaveResult.NotFound);
            }

            if (alert.AcknowledgedAt is null)
            {
                _alerts[id] = alert with { AcknowledgedAt = audit.At, AcknowledgedBy = audit.Actor };
                _audit.Add(audit);
            }

            return new(ApiKeySaveResult.Saved);
        }
    }

    public ValueTask<bool> HasAlertAsync(string deduplicationKey, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_deduplicationKeys.Contains(deduplicationKey));
        }
    }

    public ValueTask<int> CountAlertsAsync(
        string workspace, string kind, DateTimeOffset since, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_alerts.Values.Count(alert
                => alert.Workspace == workspace && alert.Kind == kind && alert.RaisedAt >= since));
        }
    }

    public ValueTask<ApiKeySaveResult> AddWebhookAsync(
        ApiKeyWebhook webhook, int limit, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        lock (_lock)
        {
            if (!IsSatisfied(actor))
            {
                return new(ApiKeySaveResult.ActorChanged);
            }

            if (_webhooks.Values.Count(other => other.Workspace == webhook.Workspace) >= limit)
            {
                return new(ApiKeySaveResult.LimitReached);
            }

            _webhooks.Add(webhook.Id, webhook);
            _audit.Add(audit);
            return new(ApiKeySaveResult.Saved);
        }
    }

    public ValueTask<IReadOnlyList<ApiKeyWebhook>> ListWebhooksAsync(
        string workspace, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_webhooks.Values
                .Where(webhook => webhook.Workspace == workspace && IsAfter(webhook.CreatedAt, webhook.Id, after))
                .OrderByDescending(webhook => webhook.CreatedAt).ThenByDescending(webhook => webhook.Id, StringComparer.Ordinal)
                .Take(limit)
                .ToList());
        }
    }

    public ValueTask<ApiKeySaveResult> DeleteWebhookAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!IsSatisfied(actor))
            {
                return new(ApiKeySaveResult.ActorChanged);
            }

            if (!_webhooks.TryGetValue(id, out var webhook) || webhook.Workspace != workspace)
            {
                return new(ApiKeySaveResult.NotFound);
            }

            _webhooks.Remove(id);
            EndDeliveries(id);
            _audit.Add(audit);
            return new(ApiKeySaveResult.Saved);
        }
    }

    public ValueTask<IReadOnlyList<ApiKeyLeasedDelivery>> LeaseDeliveriesAsync(
        DateTimeOffset now,
        DateTimeOffset leasedUntil,
        int limit,
        IReadOnlyCollection<string> exceptWebhooks,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exceptWebhooks);
        var taken = new List<ApiKeyLeasedDelivery>();
        lock (_lock)
        {
            var due = _deliveries.Values
                .Where(delivery => delivery.NextAttemptAt <= now && !(delivery.LeasedUntil > now)
                    && !exceptWebhooks.Contains(delivery.WebhookId))
                .OrderBy(delivery => delivery.NextAttemptAt).ToList();
            foreach (var delivery in due.TakeWhile(_ => taken.Count < limit))
            {
                if (_webhooks.GetValueOrDefault(delivery.WebhookId) is { DisabledAt: null } webhook)
                {
                    var leased = delivery with { LeasedUntil = leasedUntil };
                    _deliveries[leased.Id] = leased;
                    taken.Add(new() { Delivery = leased, Webhook = webhook });
                }
                else
                {
                    _deliveries.Remove(delivery.Id);
                }
            }
        }

        return new(taken);
    }

    public ValueTask<DateTimeOffset?> GetNextDeliveryAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_deliveries.Values.Min(delivery
                => delivery.LeasedUntil > delivery.NextAttemptAt ? delivery.LeasedUntil : delivery.NextAttemptAt));
        }
    }

    public ValueTask<bool> SaveAttemptAsync(ApiKeyDeliveryAttempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        lock (_lock)
        {
            if (!_deliveries.TryGetValue(attempt.Delivery.Id, out var delivery) || delivery != attempt.Delivery
                || !_webhooks.TryGetValue(delivery.WebhookId, out var webhook))
            {
                return new(false);
            }

            _deliveries.Remove(delivery.Id);
            if (attempt.NextAttemptAt is { } next)
            {
                var again = delivery with { Attempts = delivery.Attempts + 1, NextAttemptAt = next, LeasedUntil = null };
                _deliveries.Add(again.Id, again);
            }

            webhook = webhook with { FailingSince = attempt.Succeeded ? null : webhook.FailingSince ?? attempt.At };
            if (attempt.DisabledReason is { } reason && webhook.DisabledAt is null)
            {
                webhook = webhook with { DisabledAt = attempt.At, DisabledReason = reason };
                EndDeliveries(webhook.Id);
            }

            _webhooks[webhook.Id] = webhook;
            return new(true);
        }
    }

    /// <summary>Deletes nothing, because a message is removed as soon as it has no further attempt.</summary>
    public ValueTask PruneDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken) => default;

    private void EndDeliveries(string webhookId)
    {
        foreach (var delivery in _deliveries.Values.Where(delivery => delivery.WebhookId == webhookId).ToList())
        {
            _deliveries.Remove(delivery.Id);
        }
    }
}
