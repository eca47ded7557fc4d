using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <content>Webhooks.</content>
public sealed partial class ApiKeyAlertManager
{
    /// <summary>Lists the webhooks of the actor's workspace, newest first.</summary>
    /// <param name="actor">Whose workspace.</param>
    /// <param name="page">Which page, or null for the first one.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyPage<ApiKeyWebhook>>> ListWebhooksAsync(
        ApiKeyActor actor, ApiKeyPageOptions? page = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        page ??= new ApiKeyPageOptions();
        return actor.OwnerId is not null ? ApiKeyFailure.OwnerBound : await PageReader.ReadAsync(
            page,
            new KeyRequestValidator(_settings.Current.Catalog, Timestamps.Now(_time)),
            after => _stores.Alerts.ListWebhooksAsync(actor.Workspace, after, page.Limit + 1, cancellationToken),
            webhook => (webhook.CreatedAt, webhook.Id)).ConfigureAwait(false);
    }

    /// <summary>Adds a webhook, which is told of the workspace's alerts from now on; at most 10 a workspace.</summary>
    /// <param name="actor">Who adds it.</param>
    /// <param name="url">Where messages are posted: an absolute https address of a public host, at most 2,000 characters.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The webhook with its signing secret, which no later answer has.</returns>
    public async Task<ApiKeyResult<ApiKeyWebhook>> AddWebhookAsync(
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
            return await RefuseWebhookAsync(actor, url, ApiKeyFailure.InvalidRequest(new ApiKeyErrorDetail("url", wrong)))
                .ConfigureAwait(false);
        }

        var now = Timestamps.Now(_time);
        var webhook = new ApiKeyWebhook
        {
            Id = "whk_" + Guid.CreateVersion7(now).ToString("N"),
            Workspace = actor.Workspace,
            Url = url,
            Secret = WebhookSecrets.New(),
            CreatedAt = now,
        };
        var stored = webhook with { Secret = _secrets.Protect(webhook.Id, webhook.Secret) };
        var audit = AuditEntries.New(actor, "webhook.create", now, null, null, Json(webhook));
        cancellationToken.ThrowIfCancellationRequested();
        return await _stores.Alerts.AddWebhookAsync(
            stored, WebhookTargets.MaxWebhooks, actor.Guard(now), audit, CancellationToken.None).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved => webhook,
            ApiKeySaveResult.ActorChanged => ApiKeyFailure.ActorChanged,
            _ => await RefuseWebhookAsync(
                actor,
                url,
                ApiKeyFailure.Conflict(
                    $"The workspace has {WebhookTargets.MaxWebhooks} webhooks already: delete one first")).ConfigureAwait(false),
        };
    }

    /// <summary>Gets one webhook.</summary>
    /// <param name="actor">Whose workspace to look in.</param>
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
    /// <param name="actor">Who deletes it.</param>
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
            _ => NoWebhook,
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
