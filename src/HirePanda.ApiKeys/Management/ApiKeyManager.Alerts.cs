using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys;

/// <content>Alerts, and the webhooks that are told of them.</content>
public sealed partial class ApiKeyManager
{
    private IApiKeyAlertStore AlertStore => Store as IApiKeyAlertStore ?? throw new InvalidOperationException(
        $"Alerts and webhooks need a store that implements IApiKeyAlertStore, which {Store.GetType()} does not.");

    /// <summary>Lists the alerts of the actor's workspace, newest first.</summary>
    /// <param name="actor">Whose workspace.</param>
    /// <param name="cursor">The last page's cursor; null: from the start.</param>
    /// <param name="limit">How many at most, 1 to 200.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyAlertPage>> ListAlertsAsync(
        ApiKeyActor actor, string? cursor = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.OwnerId is not null ? DelegationRules.OwnerBound : await PageAsync(
            cursor,
            limit,
            after => AlertStore.ListAlertsAsync(actor.Workspace, after, limit + 1, cancellationToken),
            one => (one.RaisedAt, one.Id),
            (items, next) => new ApiKeyAlertPage(items, next)).ConfigureAwait(false);
    }

    /// <summary>Says that somebody has taken note of an alert. Doing it again changes nothing.</summary>
    /// <param name="actor">Who has.</param>
    /// <param name="id">The alert's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyAlert>> AcknowledgeAlertAsync(ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.OwnerId is not null)
        {
            return await RefuseAsync(actor, "alert.acknowledge", null, null, DelegationRules.OwnerBound).ConfigureAwait(false);
        }

        if (AuditEntries.Id(id) is null)
        {
            return NoAlert;
        }

        var after = JsonSerializer.SerializeToElement(new AlertReference(id), AlertJson.Contract.AlertReference);
        var audit = AuditEntries.New(actor, "alert.acknowledge", Timestamps.Now(_time), null, null, after);
        cancellationToken.ThrowIfCancellationRequested();
        return await AlertStore.AcknowledgeAlertAsync(actor.Workspace, id, actor.Guard(audit.At), audit, CancellationToken.None).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved when await AlertStore.GetAlertAsync(actor.Workspace, id, cancellationToken).ConfigureAwait(false) is { } alert => alert,
            ApiKeySaveResult.ActorChanged => ApiKeyError.ActorChanged,
            _ => await RefuseAsync(AuditEntries.New(actor, "alert.acknowledge.refused", audit.At, null, null, after), NoAlert).ConfigureAwait(false),
        };
    }

    /// <summary>Lists the webhooks of the actor's workspace, newest first.</summary>
    /// <param name="actor">Whose workspace.</param>
    /// <param name="cursor">The last page's cursor; null: from the start.</param>
    /// <param name="limit">How many at most, 1 to 200.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyWebhookPage>> ListWebhooksAsync(
        ApiKeyActor actor, string? cursor = null, int limit = 50, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return actor.OwnerId is not null ? DelegationRules.OwnerBound : await PageAsync(
            cursor,
            limit,
            after => AlertStore.ListWebhooksAsync(actor.Workspace, after, limit + 1, cancellationToken),
            one => (one.CreatedAt, one.Id),
            (items, next) => new ApiKeyWebhookPage(items, next)).ConfigureAwait(false);
    }

    /// <summary>Adds a webhook, which is told of the workspace's alerts from now on; at most 10 a workspace.</summary>
    /// <param name="actor">Who adds it.</param>
    /// <param name="url">Where messages are posted: an absolute https address of a public host, at most 2,000 characters.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The webhook with its signing secret, which no later answer has.</returns>
    public async Task<ApiKeyResult<ApiKeyWebhook>> AddWebhookAsync(ApiKeyActor actor, string url, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(url);
        if (actor.Workspace.Length == 0)
        {
            return ApiKeyError.NoWorkspace;
        }

        if (actor.OwnerId is not null)
        {
            return await RefuseAsync(actor, "webhook.create", null, null, DelegationRules.OwnerBound).ConfigureAwait(false);
        }

        string? wrong;
        try
        {
            wrong = await _services.GetRequiredService<WebhookTargets>().CheckAsync(url, actor.Workspace, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return ApiKeyError.LookupUnavailable;
        }

        if (wrong is not null)
        {
            return await RefuseWebhookAsync(actor, url, ApiKeyError.InvalidRequest(new ApiKeyErrorDetail("url", wrong))).ConfigureAwait(false);
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
        var stored = webhook with { Secret = _services.GetRequiredService<WebhookSecrets>().Protect(webhook.Id, webhook.Secret) };
        var audit = AuditEntries.New(actor, "webhook.create", now, null, null, Json(webhook));
        cancellationToken.ThrowIfCancellationRequested();
        return await AlertStore.AddWebhookAsync(
            stored, WebhookTargets.MaxWebhooks, actor.Guard(now), audit, CancellationToken.None).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved => webhook,
            ApiKeySaveResult.ActorChanged => ApiKeyError.ActorChanged,
            _ => await RefuseWebhookAsync(
                actor,
                url,
                ApiKeyError.Conflict($"The workspace has {WebhookTargets.MaxWebhooks} webhooks already: delete one first")).ConfigureAwait(false),
        };
    }

    /// <summary>Gets one webhook.</summary>
    /// <param name="actor">Whose workspace to look in.</param>
    /// <param name="id">The webhook's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ApiKeyResult<ApiKeyWebhook>> GetWebhookAsync(ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.OwnerId is not null)
        {
            return DelegationRules.OwnerBound;
        }

        var webhooks = await AlertStore.ListWebhooksAsync(actor.Workspace, null, WebhookTargets.MaxWebhooks, cancellationToken).ConfigureAwait(false);
        return webhooks.FirstOrDefault(one => one.Id == id) is { } webhook ? webhook : NoWebhook;
    }

    /// <summary>Deletes a webhook; what it has not got yet it does not get any more.</summary>
    /// <param name="actor">Who deletes it.</param>
    /// <param name="id">The webhook's id.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The webhook that was deleted.</returns>
    public async Task<ApiKeyResult<ApiKeyWebhook>> DeleteWebhookAsync(ApiKeyActor actor, string id, CancellationToken cancellationToken = default)
    {
        var found = await GetWebhookAsync(actor, id, cancellationToken).ConfigureAwait(false);
        if (!found.Succeeded)
        {
            var reference = JsonSerializer.SerializeToElement(new AlertReference(AuditEntries.Id(id) ?? "?"), AlertJson.Contract.AlertReference);
            return await RefuseAsync(
                AuditEntries.New(actor, "webhook.delete.refused", Timestamps.Now(_time), null, reference), found.Error).ConfigureAwait(false);
        }

        var audit = AuditEntries.New(actor, "webhook.delete", Timestamps.Now(_time), null, Json(found.Value));
        cancellationToken.ThrowIfCancellationRequested();
        return await AlertStore.DeleteWebhookAsync(actor.Workspace, id, actor.Guard(audit.At), audit, CancellationToken.None).ConfigureAwait(false) switch
        {
            ApiKeySaveResult.Saved => found,
            ApiKeySaveResult.ActorChanged => ApiKeyError.ActorChanged,
            _ => NoWebhook,
        };
    }

    private static ApiKeyError NoAlert => ApiKeyError.NotFound with { Message = "There is no such alert" };

    private static ApiKeyError NoWebhook => ApiKeyError.NotFound with { Message = "There is no such webhook" };

    /// <summary>Records a webhook that was refused, and returns the refusal.</summary>
    private Task<ApiKeyError> RefuseWebhookAsync(ApiKeyActor actor, string url, ApiKeyError refusal)
    {
        var after = JsonSerializer.SerializeToElement(new RefusedWebhook(WebhookTargets.Origin(url)), AlertJson.Contract.RefusedWebhook);
        return RefuseAsync(AuditEntries.New(actor, "webhook.create.refused", Timestamps.Now(_time), null, null, after), refusal);
    }

    private static JsonElement Json(ApiKeyWebhook webhook)
        => JsonSerializer.SerializeToElement(WebhookResponse.Of(webhook), AlertJson.Contract.WebhookResponse);
}

/// <summary>A page of alerts.</summary>
/// <param name="Items">The alerts, newest first.</param>
/// <param name="NextCursor">Where the next page begins; null: this is the last.</param>
public sealed record ApiKeyAlertPage(IReadOnlyList<ApiKeyAlert> Items, string? NextCursor);

/// <summary>A page of webhooks.</summary>
/// <param name="Items">The webhooks, newest first.</param>
/// <param name="NextCursor">Where the next page begins; null: this is the last.</param>
public sealed record ApiKeyWebhookPage(IReadOnlyList<ApiKeyWebhook> Items, string? NextCursor);
