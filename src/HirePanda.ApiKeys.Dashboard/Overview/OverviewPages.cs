using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The first page.</summary>
internal static class OverviewPages
{
    private const int Newest = 5;

    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var (actor, aborted) = (request.Actor, request.Aborted);
        var keys = await request.Get<ApiKeyManager>()
            .ListAsync(actor, new ApiKeyListOptions { Limit = Newest }, aborted).ConfigureAwait(false);
        if (keys.Failure is { } failure)
        {
            return Refusal.From(failure);
        }

        var usage = await request.Get<ApiKeyUsageReporter>().GetAsync(actor, cancellationToken: aborted).ConfigureAwait(false);
        var alerts = await request.Get<ApiKeyAlertManager>()
            .ListAlertsAsync(actor, new ApiKeyAlertListOptions { OpenOnly = true, Limit = Newest }, aborted)
            .ConfigureAwait(false);
        var workspace = await request.Get<ApiKeyWorkspaceManager>().GetWorkspaceAsync(actor, aborted).ConfigureAwait(false);
        return PageAnswer.Create<OverviewPage>(
            "Overview",
            new OverviewModel
            {
                Keys = keys.Value!.Items,
                Usage = usage.Value,
                Alerts = alerts.Value?.Items ?? [],
                Workspace = actor.OwnerId is null ? workspace.Value : null,
            });
    }
}
