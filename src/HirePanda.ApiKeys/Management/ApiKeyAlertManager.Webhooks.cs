using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <content>Webhooks.</content>
public sealed partial class ApiKeyAlertManager
{
    /// <summary>Lists the webhooks of the actor's workspace, newest first.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="page">Which page, or null for the first one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public Task<ApiKeyResult<ApiKeyPage<ApiKeyWebhook>>> ListWebhooksAsync(
        ApiKeyActor actor, ApiKeyPageOptions? page = null, CancellationToken cancellationToken = default)
        => PageReader.ReadWorkspaceAsync(
            actor,
            page,
            new KeyRequestValidator(_settings.Current.Catalog, Timestamps.Now(_time)),
            (after, limit) => _stores.Alerts.ListWebhooksAsync(actor.Workspace, after, limit, cancellationToken),
            webhook => (webhook.CreatedAt, webhook.Id));

    /// <summary>Adds a webhook, which is told of the workspace's alerts from now on; at most 10 a workspace.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="url">Where messages are posted: an absolute https address of a public host, at most 2,000 characters.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The webhook with its signing secret, which no later answer has.</returns>
    public async Task<ApiKeyResult<IssuedApiKeyWebhook>> AddWebhookAsync(
        ApiKeyActor actor, string url, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(url);
        if (actor.Workspace.Length == 0)
        {
            return ApiKeyFailure.NoWorkspace;
        }

        if (actor.OwnerId is not null)
        {
            return await _refusals.RefuseBoundAsync(actor, "webhook.create").ConfigureAwait(false);
        }

        string? wrong;
        try
        {
            wrong = await _targets.CheckAsync(url, actor.Workspace, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return ApiKeyFailure.LookupUnavailable;
        }

        if (wrong is not null)
        {
            return await RefuseWebhookAsync(actor, url, ApiKeyFailure.InvalidRequest(ApiKeyErrorDetail.New("url", wrong)))
                .ConfigureAwait(false);
        }

        var now = Timestamps.Now(_time);
        var (id, secret) = ("whk_" + Guid.CreateVersion7(now).ToString("N"), WebhookSecrets.New());
        var webhook = new ApiKeyWebhook
        {
            Id = id,
            Workspace = actor.Workspace,
            Url = url,
            ProtectedSecret = _secrets.Protect(id, secret),
            CreatedAt = now,
        };
        var audit = AuditEntries.New(actor, "webhook.create", now, null, null, Json(webhook));
        cancellationToken.ThrowIfCancellationRequested();
        return await _stores.Alerts.AddWebhookAsync(
            webhook, WebhookTargets.MaxWebhooks, actor.Guard(now), audit, CancellationToken.None).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved => new IssuedApiKeyWebhook(webhook, secret),
            ApiKeySaveResult.ActorChanged => ApiKeyFailure.ActorChanged,
            ApiKeySaveResult.LimitReached => await RefuseWebhookAsync(
                actor,
                url,
                ApiKeyFailure.Conflict(
                    $"The workspace has {WebhookTargets.MaxWebhooks} webhooks already: delete one first")).ConfigureAwait(false),
            _ => ApiKeyFailure.Raced,
        };
    }

    /// <summary>Gets one webhook.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="id">The webhook's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyWebhook>> GetWebhookAsync(
        ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.OwnerId is not null)
        {
            return ApiKeyFailure.OwnerBound;
        }

        var webhooks = await _stores.Alerts.ListWebhooksAsync(
            actor.Workspace, null, WebhookTargets.MaxWebhooks, cancellationToken).ConfigureAwait(false);
        return webhooks.FirstOrDefault(webhook => webhook.Id == id) is { } found ? found : NoWebhook;
    }

    /// <summary>Deletes a webhook. Messages that still wait for it are not sent.</summary>
    /// <param name="actor">The actor.</param>
    /// <param name="id">The webhook's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The webhook that was deleted.</returns>
    public async Task<ApiKeyResult<ApiKeyWebhook>> DeleteWebhookAsync(
        ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        var found = await GetWebhookAsync(actor, id, cancellationToken).ConfigureAwait(false);
        if (!found.Succeeded)
        {
            var reference = JsonSerializer.SerializeToElement(
                new AlertReference(AuditEntries.Id(id) ?? "?"), AlertJson.Contract.AlertReference);
            return await _refusals.RefuseAsync(
                AuditEntries.New(
                    actor, "webhook.delete.refused", Timestamps.Now(
                        _time), null, reference), found.Failure).ConfigureAwait(false);
        }

        var audit = AuditEntries.New(actor, "webhook.delete", Timestamps.Now(_time), null, Json(found.Value));
        cancellationToken.ThrowIfCancellationRequested();
        return await _stores.Alerts.DeleteWebhookAsync(
            actor.Workspace, id, actor.Guard(audit.At), audit, CancellationToken.None).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved => found,
            ApiKeySaveResult.ActorChanged => ApiKeyFailure.ActorChanged,
            ApiKeySaveResult.NotFound => NoWebhook,
            _ => ApiKeyFailure.Raced,
        };
    }

    private static ApiKeyFailure NoWebhook => ApiKeyFailure.NotFound("There is no such webhook");

    /// <summary>Records a webhook that was refused, and returns the refusal.</summary>
    private Task<ApiKeyFailure> RefuseWebhookAsync(ApiKeyActor actor, string url, ApiKeyFailure refusal)
    {
        var after = JsonSerializer.SerializeToElement(
            new RefusedWebhook(WebhookTargets.Origin(url)), AlertJson.Contract.RefusedWebhook);
        return _refusals.RefuseAsync(
            AuditEntries.New(actor, "webhook.create.refused", Timestamps.Now(_time), null, null, after), refusal);
    }

    private static JsonElement Json(ApiKeyWebhook webhook)
        => JsonSerializer.SerializeToElement(WebhookResponse.Of(webhook), AlertJson.Contract.WebhookResponse);
}
