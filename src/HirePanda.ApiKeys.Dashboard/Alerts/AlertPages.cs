using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The alerts.</summary>
internal static class AlertPages
{
    private const string All = "all";
    private const string Title = "Alerts";

    public static Task<DashboardAnswer> ShowAsync(DashboardRequest request)
        => ShowAsync(request, null, [], StatusCodes.Status200OK);

    /// <summary>Shows the page with the errors of its form.</summary>
    public static async Task<DashboardAnswer> ShowAsync(
        DashboardRequest request, string? url, IReadOnlyList<FormError> errors, int status)
    {
        var isAll = request.Query("show") == All;
        var trail = request.Query("page");
        var alerts = request.Get<ApiKeyAlertManager>();
        var page = await alerts.ListAlertsAsync(
            request.Actor,
            new ApiKeyAlertListOptions { OpenOnly = !isAll, Cursor = PageTrail.CursorOf(trail) },
            request.Aborted).ConfigureAwait(false);
        if (page.Failure is { } failure)
        {
            return Refusal.From(failure);
        }

        var webhooks = await alerts.ListWebhooksAsync(request.Actor, cancellationToken: request.Aborted).ConfigureAwait(false);
        if (webhooks.Failure is { } noWebhooks)
        {
            return Refusal.From(noWebhooks);
        }

        var names = await KeyNames.ReadAsync(request, page.Value!.Items.Select(alert => alert.KeyId))
            .ConfigureAwait(false);
        return PageAnswer.Create<AlertsPage>(
            errors.Count > 0 ? "Error: " + Title : Title,
            new AlertsModel
            {
                IsAll = isAll,
                Rows = [.. page.Value.Items.Select(alert => Row(alert, names))],
                Trail = PageTrail.Create(
                    request.View.Url("/alerts"), [new("show", isAll ? All : null)], trail, page.Value.NextCursor),
                Webhooks = webhooks.Value!.Items,
                Url = url,
                Errors = errors,
            },
            status);
    }

    public static async Task<DashboardAnswer> AcknowledgeAsync(DashboardRequest request)
    {
        var alert = await request.Get<ApiKeyAlertManager>()
            .AcknowledgeAlertAsync(request.Actor, request.Route("id"), request.Aborted).ConfigureAwait(false);
        return alert.Failure is { } failure
            ? Refusal.From(failure)
            : request.To(request.Field("show") == All ? "/alerts?show=all" : "/alerts", "acknowledged");
    }

    private static AlertRow Row(ApiKeyAlert alert, IReadOnlyDictionary<string, string> names)
        => new(alert, Describe(alert.Kind), alert.KeyId is { } id ? names.GetValueOrDefault(id) : null);

    /// <summary>Describes a kind of alert. A kind that is not known stands for itself.</summary>
    private static string Describe(string kind) => kind switch
    {
        ApiKeyAlertKinds.RateLimitApproaching => "Rate limit almost used up",
        ApiKeyAlertKinds.UnusualActivity => "Unusual activity",
        ApiKeyAlertKinds.FailedAuthentication => "Failed authentication",
        ApiKeyAlertKinds.KeyExpiring => "Key expires soon",
        ApiKeyAlertKinds.RotationDue => "Rotation due",
        _ => kind,
    };
}
