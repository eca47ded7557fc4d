using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>The workspace's alerts and webhooks over HTTP.</summary>
internal static class AlertEndpoints
{
    public static async Task<IResult> ListAsync(
        HttpContext context, ApiKeyAlertManager manager, string? open, string? cursor, string? limit)
    {
        if (!PageQuery.TryReadFlag(open, out var openOnly))
        {
            return new ErrorAnswer(ApiKeyError.InvalidRequest(ApiKeyErrorDetail.New("open", "must be true or false")));
        }

        var actor = ApiKeyEndpoints.Actor(context);
        var options = new ApiKeyAlertListOptions { OpenOnly = openOnly, Cursor = cursor, Limit = PageQuery.ReadLimit(limit) };
        var page = await manager.ListAlertsAsync(actor, options, context.RequestAborted).ConfigureAwait(false);
        if (!page.Succeeded)
        {
            return new ErrorAnswer(page.Failure);
        }

        var response = new AlertPageResponse([.. page.Value.Items.Select(AlertResponse.Of)], page.Value.NextCursor);
        if (openOnly)
        {
            var count = await manager.CountOpenAlertsAsync(actor, context.RequestAborted).ConfigureAwait(false);
            if (!count.Succeeded)
            {
                return new ErrorAnswer(count.Failure);
            }

            response = response with { OpenCount = count.Value };
        }

        return new JsonAnswer<AlertPageResponse>(response, AlertJson.Contract.AlertPageResponse);
    }

    public static async Task<IResult> AcknowledgeAsync(HttpContext context, ApiKeyAlertManager manager, string id)
    {
        if ((JsonBody.Read(context, out var body, isOptional: true) ?? body.Finish()) is { } error)
        {
            return new ErrorAnswer(error);
        }

        var alert = await manager.AcknowledgeAlertAsync(ApiKeyEndpoints.Actor(context), id, context.RequestAborted)
            .ConfigureAwait(false);
        return alert.Succeeded
            ? new JsonAnswer<AlertResponse>(AlertResponse.Of(alert.Value), AlertJson.Contract.AlertResponse)
            : new ErrorAnswer(alert.Failure);
    }

    public static async Task<IResult> ListWebhooksAsync(
        HttpContext context, ApiKeyAlertManager manager, string? cursor, string? limit)
    {
        var page = await manager.ListWebhooksAsync(
            ApiKeyEndpoints.Actor(context), PageQuery.Read(cursor, limit), context.RequestAborted).ConfigureAwait(false);
        return page.Succeeded
            ? new JsonAnswer<WebhookPageResponse>(
                new([.. page.Value.Items.Select(WebhookResponse.Of)], page.Value.NextCursor),
                AlertJson.Contract.WebhookPageResponse)
            : new ErrorAnswer(page.Failure);
    }

    public static async Task<IResult> AddWebhookAsync(HttpContext context, ApiKeyAlertManager manager)
    {
        if (JsonBody.Read(context, out var body) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var url = body.String("url", isRequired: true) ?? "";
        if (body.Finish() is { } error)
        {
            return new ErrorAnswer(error);
        }

        var issued = await manager.AddWebhookAsync(ApiKeyEndpoints.Actor(context), url, context.RequestAborted)
            .ConfigureAwait(false);
        return issued.Succeeded
            ? new JsonAnswer<WebhookResponse>(
                WebhookResponse.Of(issued.Value.Webhook) with { Secret = issued.Value.Secret },
                AlertJson.Contract.WebhookResponse,
                StatusCodes.Status201Created)
            {
                Location = Path(context) + "/" + issued.Value.Webhook.Id,
            }
            : new ErrorAnswer(issued.Failure);
    }

    public static async Task<IResult> GetWebhookAsync(HttpContext context, ApiKeyAlertManager manager, string id)
    {
        var webhook = await manager.GetWebhookAsync(ApiKeyEndpoints.Actor(context), id, context.RequestAborted)
            .ConfigureAwait(false);
        return webhook.Succeeded
            ? new JsonAnswer<WebhookResponse>(WebhookResponse.Of(webhook.Value), AlertJson.Contract.WebhookResponse)
            : new ErrorAnswer(webhook.Failure);
    }

    public static async Task<IResult> DeleteWebhookAsync(HttpContext context, ApiKeyAlertManager manager, string id)
    {
        var webhook = await manager.DeleteWebhookAsync(ApiKeyEndpoints.Actor(context), id, context.RequestAborted)
            .ConfigureAwait(false);
        return webhook.Succeeded ? TypedResults.NoContent() : new ErrorAnswer(webhook.Failure);
    }

    private static string Path(HttpContext context)
        => context.Request.PathBase.Add(context.Request.Path).ToUriComponent().TrimEnd('/');
}
