using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>The workspace's alerts and webhooks over HTTP.</summary>
internal static class AlertEndpoints
{
    public static async Task<IResult> ListAsync(HttpContext context, ApiKeyManager manager, string? cursor, string? limit)
    {
        var page = await manager.ListAlertsAsync(
            ApiKeyEndpoints.Actor(context), cursor, ApiKeyEndpoints.Limit(limit), context.RequestAborted).ConfigureAwait(false);
        return page.Succeeded
            ? new JsonAnswer<AlertPageResponse>(
                new([.. page.Value.Items.Select(AlertResponse.Of)], page.Value.NextCursor), AlertJson.Contract.AlertPageResponse)
            : new ErrorAnswer(page.Error);
    }

    public static async Task<IResult> AcknowledgeAsync(HttpContext context, ApiKeyManager manager, string id)
    {
        var body = JsonBody.Of(context, isOptional: true);
        if ((body.Succeeded ? body.Value.Finish() : body.Error) is { } error)
        {
            return new ErrorAnswer(error);
        }

        var alert = await manager.AcknowledgeAlertAsync(ApiKeyEndpoints.Actor(context), id, context.RequestAborted).ConfigureAwait(false);
        return alert.Succeeded
            ? new JsonAnswer<AlertResponse>(AlertResponse.Of(alert.Value), AlertJson.Contract.AlertResponse)
            : new ErrorAnswer(alert.Error);
    }

    public static async Task<IResult> ListWebhooksAsync(HttpContext context, ApiKeyManager manager, string? cursor, string? limit)
    {
        var page = await manager.ListWebhooksAsync(
            ApiKeyEndpoints.Actor(context), cursor, ApiKeyEndpoints.Limit(limit), context.RequestAborted).ConfigureAwait(false);
        return page.Succeeded
            ? new JsonAnswer<WebhookPageResponse>(
                new([.. page.Value.Items.Select(WebhookResponse.Of)], page.Value.NextCursor), AlertJson.Contract.WebhookPageResponse)
            : new ErrorAnswer(page.Error);
    }

    public static async Task<IResult> AddWebhookAsync(HttpContext context, ApiKeyManager manager)
    {
        var body = JsonBody.Of(context);
        if (!body.Succeeded)
        {
            return new ErrorAnswer(body.Error);
        }

        var url = body.Value.String("url", isRequired: true) ?? "";
        if (body.Value.Finish() is { } error)
        {
            return new ErrorAnswer(error);
        }

        var webhook = await manager.AddWebhookAsync(ApiKeyEndpoints.Actor(context), url, context.RequestAborted).ConfigureAwait(false);
        return webhook.Succeeded
            ? new JsonAnswer<WebhookResponse>(
                WebhookResponse.Of(webhook.Value) with { Secret = webhook.Value.Secret }, AlertJson.Contract.WebhookResponse, StatusCodes.Status201Created)
            {
                Location = $"{context.Request.PathBase.Add(context.Request.Path).ToUriComponent().TrimEnd('/')}/{webhook.Value.Id}",
            }
            : new ErrorAnswer(webhook.Error);
    }

    public static async Task<IResult> GetWebhookAsync(HttpContext context, ApiKeyManager manager, string id)
    {
        var webhook = await manager.GetWebhookAsync(ApiKeyEndpoints.Actor(context), id, context.RequestAborted).ConfigureAwait(false);
        return webhook.Succeeded
            ? new JsonAnswer<WebhookResponse>(WebhookResponse.Of(webhook.Value), AlertJson.Contract.WebhookResponse)
            : new ErrorAnswer(webhook.Error);
    }

    public static async Task<IResult> DeleteWebhookAsync(HttpContext context, ApiKeyManager manager, string id)
    {
        var webhook = await manager.DeleteWebhookAsync(ApiKeyEndpoints.Actor(context), id, context.RequestAborted).ConfigureAwait(false);
        return webhook.Succeeded ? TypedResults.NoContent() : new ErrorAnswer(webhook.Error);
    }
}
