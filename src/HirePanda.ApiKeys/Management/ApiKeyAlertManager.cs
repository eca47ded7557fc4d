using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>Manages the alerts of a workspace, and the webhooks that receive them.</summary>
public sealed partial class ApiKeyAlertManager
{
    private const int MaxOpenCount = 1000;

    private readonly ManagementStores _stores;
    private readonly RefusalAudit _refusals;
    private readonly WebhookTargets _targets;
    private readonly WebhookSecrets _secrets;
    private readonly ApiKeySettings _settings;
    private readonly TimeProvider _time;

    internal ApiKeyAlertManager(
        ManagementStores stores,
        RefusalAudit refusals,
        WebhookTargets targets,
        WebhookSecrets secrets,
        ApiKeySettings settings,
        TimeProvider time)
        => (_stores, _refusals, _targets, _secrets, _settings, _time) = (stores, refusals, targets, secrets, settings, time);

    /// <summary>Lists the alerts of the actor's workspace, newest first.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="options">The alerts and the page to list, or null for the first page of all alerts.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<ApiKeyResult<ApiKeyPage<ApiKeyAlert>>> ListAlertsAsync(
        ApiKeyActor actor, ApiKeyAlertListOptions? options = null, CancellationToken cancellationToken = default)
        => PageReader.ReadWorkspaceAsync(
            actor,
            options,
            new KeyRequestValidator(_settings.Current.Catalog, Timestamps.Now(_time)),
            (after, limit) => _stores.Alerts.ListAlertsAsync(
                actor.Workspace, options?.OpenOnly == true, after, limit, cancellationToken),
            alert => (alert.RaisedAt, alert.Id));

    /// <summary>Counts the alerts of the actor's workspace that nobody has acknowledged.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The number of open alerts. Counting stops at 1,000.</returns>
    public async Task<ApiKeyResult<int>> CountOpenAlertsAsync(ApiKeyActor actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.OwnerId is not null
            ? ApiKeyFailure.OwnerBound
            : await _stores.Alerts.CountOpenAlertsAsync(actor.Workspace, MaxOpenCount, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Acknowledges an alert. A second call changes nothing.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="id">The alert's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyAlert>> AcknowledgeAlertAsync(
        ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.OwnerId is not null)
        {
            return await _refusals.RefuseBoundAsync(actor, "alert.acknowledge").ConfigureAwait(false);
        }

        if (AuditEntries.Id(id) is null)
        {
            return NoAlert;
        }

        var after = JsonSerializer.SerializeToElement(new AlertReference(id), AlertJson.Contract.AlertReference);
        var audit = AuditEntries.New(actor, "alert.acknowledge", Timestamps.Now(_time), null, null, after);
        cancellationToken.ThrowIfCancellationRequested();
        return await _stores.Alerts.AcknowledgeAlertAsync(
            actor.Workspace, id, actor.Guard(audit.At), audit, CancellationToken.None).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved when await _stores.Alerts.GetAlertAsync(
                actor.Workspace, id, cancellationToken).ConfigureAwait(false) is { } alert => alert,
            ApiKeySaveResult.ActorChanged => ApiKeyFailure.ActorChanged,
            ApiKeySaveResult.VersionConflict => ApiKeyFailure.Raced,
            _ => await _refusals.RefuseAsync(
                AuditEntries.New(actor, "alert.acknowledge.refused", audit.At, null, null, after), NoAlert).ConfigureAwait(false),
        };
    }

    private static ApiKeyFailure NoAlert => ApiKeyFailure.NotFound("There is no such alert");
}
