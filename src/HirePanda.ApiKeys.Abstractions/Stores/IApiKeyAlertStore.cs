namespace HirePanda.ApiKeys.Stores;

/// <summary>
/// Keeps alerts, webhooks, and the messages to webhooks. Without it there are no alerts, and their endpoints answer 503. It may
/// be another class than the key store, but it works on the same data: it reads keys, and it writes to the audit log in its own
/// transactions.
/// </summary>
public interface IApiKeyAlertStore
{
    /// <summary>
    /// Stores an alert together with its messages, all of it or nothing, unless an alert with the same deduplication key is
    /// stored.
    /// </summary>
    /// <param name="alert">The alert.</param>
    /// <param name="deliveries">One message for each webhook.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// true if the alert was stored; false, with nothing stored, if its <see cref="ApiKeyAlert.DeduplicationKey"/> is stored
    /// already. If several processes call at the same time, one of them gets true.
    /// </returns>
    ValueTask<bool> AddAlertAsync(
        ApiKeyAlert alert, IReadOnlyList<ApiKeyWebhookDelivery> deliveries, CancellationToken cancellationToken);

    /// <summary>
    /// Lists alerts, newest first: by <see cref="ApiKeyAlert.RaisedAt"/>, then by <see cref="ApiKeyAlert.Id"/> (ordinal), both
    /// descending.
    /// </summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="openOnly">true to list only alerts that are not acknowledged.</param>
    /// <param name="after">The last alert of the previous page, or null for the first page.</param>
    /// <param name="limit">The largest number of alerts to return, at least 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>At most <paramref name="limit"/> alerts.</returns>
    ValueTask<IReadOnlyList<ApiKeyAlert>> ListAlertsAsync(
        string workspace, bool openOnly, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken);

    /// <summary>Counts the alerts of a workspace that are not acknowledged.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="limit">The number at which counting can stop, at least 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The number of open alerts, at most <paramref name="limit"/>.</returns>
    ValueTask<int> CountOpenAlertsAsync(string workspace, int limit, CancellationToken cancellationToken);

    /// <summary>Gets one alert of a workspace.</summary>
    /// <param name="workspace">The workspace. An alert of another workspace is not found.</param>
    /// <param name="id">The id of the alert.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The alert, or null if the workspace has no alert with that id.</returns>
    ValueTask<ApiKeyAlert?> GetAlertAsync(string workspace, string id, CancellationToken cancellationToken);

    /// <summary>
    /// Acknowledges an alert. A second call changes nothing: the first time and actor stay, and no audit entry is added.
    /// </summary>
    /// <param name="workspace">The workspace. An alert of another workspace is not found.</param>
    /// <param name="id">The id of the alert.</param>
    /// <param name="actor">
    /// The key that the actor acts with and that must still be as it was evaluated, or null if the actor is not a key.
    /// </param>
    /// <param name="audit">The audit entry to append. It says who acknowledges the alert, and when.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// <see cref="ApiKeySaveResult.ActorChanged"/>; <see cref="ApiKeySaveResult.NotFound"/> if the workspace has no alert with
    /// that id; <see cref="ApiKeySaveResult.VersionConflict"/> if another write came first, so that nothing was stored; or
    /// <see cref="ApiKeySaveResult.Saved"/>, also if the alert was acknowledged before.
    /// </returns>
    ValueTask<ApiKeySaveResult> AcknowledgeAlertAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Determines whether any workspace has an alert with a deduplication key.</summary>
    /// <param name="deduplicationKey">The deduplication key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>true if such an alert is stored; otherwise, false.</returns>
    ValueTask<bool> HasAlertAsync(string deduplicationKey, CancellationToken cancellationToken);

    /// <summary>Counts the alerts of a kind.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="since">The earliest time at which the counted alerts were raised.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The number of alerts.</returns>
    ValueTask<int> CountAlertsAsync(string workspace, string kind, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Adds a webhook.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="limit">The largest number of webhooks that the workspace may have, including this one.</param>
    /// <param name="actor">
    /// The key that the actor acts with and that must still be as it was evaluated, or null if the actor is not a key.
    /// </param>
    /// <param name="audit">The audit entry to append.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// <see cref="ApiKeySaveResult.ActorChanged"/>; <see cref="ApiKeySaveResult.LimitReached"/> if the workspace has that many
    /// webhooks already; <see cref="ApiKeySaveResult.VersionConflict"/> if another write came first, so that nothing was stored;
    /// or <see cref="ApiKeySaveResult.Saved"/>.
    /// </returns>
    ValueTask<ApiKeySaveResult> AddWebhookAsync(
        ApiKeyWebhook webhook, int limit, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken);

    /// <summary>
    /// Lists webhooks, newest first: by <see cref="ApiKeyWebhook.CreatedAt"/>, then by <see cref="ApiKeyWebhook.Id"/> (ordinal),
    /// both descending.
    /// </summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="after">The last webhook of the previous page, or null for the first page.</param>
    /// <param name="limit">The largest number of webhooks to return, at least 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>At most <paramref name="limit"/> webhooks.</returns>
    ValueTask<IReadOnlyList<ApiKeyWebhook>> ListWebhooksAsync(
        string workspace, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes a webhook and its messages.</summary>
    /// <param name="workspace">The workspace. A webhook of another workspace is not found.</param>
    /// <param name="id">The id of the webhook.</param>
    /// <param name="actor">
    /// The key that the actor acts with and that must still be as it was evaluated, or null if the actor is not a key.
    /// </param>
    /// <param name="audit">The audit entry to append.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// <see cref="ApiKeySaveResult.ActorChanged"/>; <see cref="ApiKeySaveResult.NotFound"/> if the workspace has no webhook with
    /// that id; <see cref="ApiKeySaveResult.VersionConflict"/> if another write came first, so that nothing was stored; or
    /// <see cref="ApiKeySaveResult.Saved"/>.
    /// </returns>
    ValueTask<ApiKeySaveResult> DeleteWebhookAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken);

    /// <summary>
    /// Leases messages whose next attempt is due. No other process gets a message until its lease ends. A due message to a
    /// webhook that was deleted or disabled is given up.
    /// </summary>
    /// <param name="now">The current time.</param>
    /// <param name="leasedUntil">The end of the lease.</param>
    /// <param name="limit">The largest number of messages to lease, at least 1.</param>
    /// <param name="exceptWebhooks">The ids of webhooks whose messages are not leased. It may be empty.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The messages that have been due for longest. The list is empty only if there is nothing left to lease.</returns>
    ValueTask<IReadOnlyList<ApiKeyLeasedDelivery>> LeaseDeliveriesAsync(
        DateTimeOffset now,
        DateTimeOffset leasedUntil,
        int limit,
        IReadOnlyCollection<string> exceptWebhooks,
        CancellationToken cancellationToken);

    /// <summary>Gets the time when the next message can be leased.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The time, or null if no message is pending.</returns>
    ValueTask<DateTimeOffset?> GetNextDeliveryAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores the outcome of an attempt and ends its lease. It sets the next attempt of the message or ends it, and sets or
    /// clears <see cref="ApiKeyWebhook.FailingSince"/>. If the webhook is disabled, all of its messages end.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// true if the outcome was stored; false, with nothing stored, if the message is no longer as it was leased because the lease
    /// ended or the webhook was deleted.
    /// </returns>
    ValueTask<bool> SaveAttemptAsync(ApiKeyDeliveryAttempt attempt, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes messages that have no further attempt and whose alert was raised before a time. Pending messages and alerts are
    /// never deleted.
    /// </summary>
    /// <param name="before">The time.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that represents the write.</returns>
    ValueTask PruneDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
