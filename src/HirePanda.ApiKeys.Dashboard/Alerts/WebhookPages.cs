using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The webhooks that are told of alerts.</summary>
internal static class WebhookPages
{
    public static async Task<DashboardAnswer> AddAsync(DashboardRequest request)
    {
        var (alerts, actor, aborted) = (request.Get<ApiKeyAlertManager>(), request.Actor, request.Aborted);
        if (request.Field("url") is not { } url)
        {
            return await FailAsync(request, null, "url", "Enter the address of your webhook.", 422).ConfigureAwait(false);
        }

        // A form that is sent again, by a reload for example, adds nothing: its guard is not the newest webhook any more.
        var webhooks = await alerts.ListWebhooksAsync(actor, cancellationToken: aborted).ConfigureAwait(false);
        if (webhooks.Value is { Items: var items } && request.Field("newest") != AlertsModel.NewestOf(items))
        {
            const string Text = "The webhooks have changed since this form was loaded. Look at the list, and add the "
                + "webhook if it is missing.";
            return await FailAsync(request, url, null, Text, StatusCodes.Status412PreconditionFailed).ConfigureAwait(false);
        }

        var added = await alerts.AddWebhookAsync(actor, url, aborted).ConfigureAwait(false);
        return added.Failure switch
        {
            null => PageAnswer.Create<WebhookSecretPage>(
                "Webhook added", new WebhookSecretModel { Url = added.Value!.Webhook.Url, Secret = added.Value.Secret }),
            { Kind: ApiKeyFailureKind.InvalidRequest } invalid => await FailAsync(
                request,
                url,
                "url",
                string.Join(" ", invalid.Details.Select(detail => $"The address {detail.Message}.")),
                422).ConfigureAwait(false),
            { Kind: ApiKeyFailureKind.Conflict } conflict => await FailAsync(
                request, url, null, conflict.Message + ".", StatusCodes.Status409Conflict).ConfigureAwait(false),
            { Kind: ApiKeyFailureKind.Unavailable } unavailable => await FailAsync(
                request, url, null, unavailable.Message + ".", StatusCodes.Status503ServiceUnavailable).ConfigureAwait(false),
            { } failure => Refusal.From(failure),
        };
    }

    public static async Task<DashboardAnswer> ConfirmDeleteAsync(DashboardRequest request)
    {
        var webhook = await request.Get<ApiKeyAlertManager>()
            .GetWebhookAsync(request.Actor, request.Route("id"), request.Aborted).ConfigureAwait(false);
        return webhook.Failure is { } failure ? Refusal.From(failure)
            : !request.View.CanManage ? Refusal.ReadOnly
            : PageAnswer.Create<WebhookDeletePage>("Delete webhook", webhook.Value);
    }

    public static async Task<DashboardAnswer> DeleteAsync(DashboardRequest request)
    {
        var webhook = await request.Get<ApiKeyAlertManager>()
            .DeleteWebhookAsync(request.Actor, request.Route("id"), request.Aborted).ConfigureAwait(false);
        return webhook.Failure is { } failure ? Refusal.From(failure) : request.To("/alerts", "webhook-deleted");
    }

    private static Task<DashboardAnswer> FailAsync(
        DashboardRequest request, string? url, string? field, string text, int status)
        => AlertPages.ShowAsync(request, url, [new FormError(field, text)], status);
}
