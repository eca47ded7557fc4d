using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>What a key can call.</summary>
internal static class KeyAccessPages
{
    private static readonly TimeSpan _period = TimeSpan.FromDays(KeyAccessPage.Days);

    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var (actor, aborted) = (request.Actor, request.Aborted);
        var key = await request.Get<ApiKeyManager>().GetAsync(actor, request.Route("id"), aborted).ConfigureAwait(false);
        if (key.Failure is { } unknown)
        {
            return Refusal.From(unknown);
        }

        var evaluator = request.Get<ApiKeyAccessEvaluator>();
        var access = await evaluator.GetAsync(actor, key.Value!.Id, aborted).ConfigureAwait(false);
        if (access.Failure is { } unread)
        {
            return Refusal.From(unread);
        }

        var options = new ApiKeyUsageReportOptions
        {
            From = request.Now - _period,
            KeyId = key.Value.Id,
            Interval = ApiKeyUsageGranularity.Day,
        };
        var usage = await request.Get<ApiKeyUsageReporter>().GetAsync(actor, options, aborted).ConfigureAwait(false);
        if (usage.Failure is { } uncounted)
        {
            return Refusal.From(uncounted);
        }

        var use = PermissionUse.From(
            request.Get<ApiKeyCatalogReader>().Get(actor), key.Value, access.Value!, evaluator.Evaluate(null, []),
            usage.Value!.ByEndpoint);
        return PageAnswer.Create<KeyAccessPage>($"Access of {key.Value.Name}", new KeyAccessModel(key.Value, access.Value!, use));
    }
}
