namespace HirePanda.ApiKeys;

/// <summary>
/// Keeps alerts, and the webhooks that are told of them. A store implements it next to <see cref="IApiKeyManagementStore"/>; without
/// it there are no alerts, and their endpoints are answered 503.
/// </summary>
public interface IApiKeyAlertStore
{
    /// <summary>Stores an alert together with the messages it causes, all of it or nothing, unless one with its cause is stored already.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="deliveries">A message for each webhook.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// Whether it was stored; false, with nothing stored: its <see cref="ApiKeyAlert.Cause"/> is known. Of several processes at the
    /// same moment, one gets true.
    /// </returns>
    ValueTask<bool> AddAlertAsync(ApiKeyAlert alert, IReadOnlyList<ApiKeyWebhookDelivery> deliveries, CancellationToken cancellationToken);

    /// <summary>Lists alerts, newest first: by <see cref="ApiKeyAlert.RaisedAt"/>, then by <see cref="ApiKeyAlert.Id"/> (ordinal), both descending.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="after">Only alerts that come after this one in the list's order; null: from the start.</param>
    /// <param name="limit">The largest number of alerts to return, at least 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<ApiKeyAlert>> ListAlertsAsync(string workspace, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken);

    /// <summary>Gets one alert of a workspace.</summary>
    /// <param name="workspace">The workspace; an alert of another one is not found.</param>
    /// <param name="id">The alert's id.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The alert, or null if this workspace has none with that id.</returns>
    ValueTask<ApiKeyAlert?> GetAlertAsync(string workspace, string id, CancellationToken cancellationToken);

    /// <summary>Acknowledges an alert. Doing it again changes nothing: the first one's time and actor stay, and no entry is added.</summary>
    /// <param name="workspace">The workspace; an alert of another one is not found.</param>
    /// <param name="id">The alert's id.</param>
    /// <param name="actor">The key that the actor acts with and that must still be as it was evaluated; null if the actor is not a key.</param>
    /// <param name="audit">The entry to append to the audit, which says who acknowledges it and when.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// <see cref="ApiKeySaveResult.ActorChanged"/>, <see cref="ApiKeySaveResult.NotFound"/> if this workspace has no alert with that id, or
    /// <see cref="ApiKeySaveResult.Saved"/>, also if it was acknowledged before.
    /// </returns>
    ValueTask<ApiKeySaveResult> AcknowledgeAlertAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Determines whether an alert with a cause is stored, in any workspace.</summary>
    /// <param name="cause">The cause.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<bool> HasAlertAsync(string cause, CancellationToken cancellationToken);

    /// <summary>Counts the alerts of a kind.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="since">Only alerts raised at this time or later.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<int> CountAlertsAsync(string workspace, string kind, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Lists keys of all workspaces, by id (ordinal), that are active, not replaced, and about to expire or old.</summary>
    /// <param name="query">Which keys, after which one, and how many at most.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<ApiKey>> ListReminderKeysAsync(ApiKeyReminderQuery query, CancellationToken cancellationToken);

    /// <summary>Adds a webhook.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="limit">How many webhooks its workspace may have with it.</param>
    /// <param name="actor">The key that the actor acts with and that must still be as it was evaluated; null if the actor is not a key.</param>
    /// <param name="audit">The entry to append to the audit.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// <see cref="ApiKeySaveResult.ActorChanged"/>, <see cref="ApiKeySaveResult.LimitReached"/> if the workspace has that many already, or
    /// <see cref="ApiKeySaveResult.Saved"/>.
    /// </returns>
    ValueTask<ApiKeySaveResult> AddWebhookAsync(
        ApiKeyWebhook webhook, int limit, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Lists webhooks, newest first: by <see cref="ApiKeyWebhook.CreatedAt"/>, then by <see cref="ApiKeyWebhook.Id"/> (ordinal), both descending.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="after">Only webhooks that come after this one in the list's order; null: from the start.</param>
    /// <param name="limit">The largest number of webhooks to return, at least 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<ApiKeyWebhook>> ListWebhooksAsync(string workspace, ApiKeyPageToken? after, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes a webhook, with its messages.</summary>
    /// <param name="workspace">The workspace; a webhook of another one is not found.</param>
    /// <param name="id">The webhook's id.</param>
    /// <param name="actor">The key that the actor acts with and that must still be as it was evaluated; null if the actor is not a key.</param>
    /// <param name="audit">The entry to append to the audit.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// <see cref="ApiKeySaveResult.ActorChanged"/>, <see cref="ApiKeySaveResult.NotFound"/> if this workspace has no webhook with that id, or
    /// <see cref="ApiKeySaveResult.Saved"/>.
    /// </returns>
    ValueTask<ApiKeySaveResult> DeleteWebhookAsync(
        string workspace, string id, ApiKeyActorGuard? actor, ApiKeyAuditEntry audit, CancellationToken cancellationToken);

    /// <summary>
    /// Takes messages whose next attempt is due, and gives each to one process only: until the lease ends nobody else takes it. What
    /// is due for a webhook that is gone or disabled is given up.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="leasedUntil">When the lease ends.</param>
    /// <param name="limit">The largest number of messages to take, at least 1.</param>
    /// <param name="exceptWebhooks">The ids of webhooks whose messages are left alone; empty: none.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The messages, of all that are due those that have been for longest; empty only when nothing is left to take.</returns>
    ValueTask<IReadOnlyList<ApiKeyLeasedDelivery>> LeaseDeliveriesAsync(
        DateTimeOffset now, DateTimeOffset leasedUntil, int limit, IReadOnlyCollection<string> exceptWebhooks, CancellationToken cancellationToken);

    /// <summary>When the next message can be taken; null: none is pending.</summary>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<DateTimeOffset?> GetNextDeliveryAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores how an attempt ended and ends its lease: the message's next attempt or its end, since when its webhook is failing, and
    /// whether it is disabled, which ends all of its messages.
    /// </summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>False, with nothing stored, when the message is not stored as it was taken: the lease was over, or the webhook is gone.</returns>
    ValueTask<bool> SaveAttemptAsync(ApiKeyDeliveryAttempt attempt, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes messages that have no next attempt any more and whose alert was raised before a time. A message that is pending is never
    /// deleted, however old, and alerts are not either: they stay, as the audit does.
    /// </summary>
    /// <param name="before">The time.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    ValueTask PruneDeliveriesAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
