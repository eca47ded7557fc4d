using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The history of one key.</summary>
internal static class KeyHistoryPages
{
    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var found = await request.Get<ApiKeyManager>().GetAsync(request.Actor, request.Route("id"), request.Aborted)
            .ConfigureAwait(false);
        if (found.Failure is { } missing)
        {
            return Refusal.From(missing);
        }

        var (key, cursor) = (found.Value!, request.Query("cursor"));
        var options = new ApiKeyAuditListOptions { KeyId = key.Id, Cursor = cursor };
        var page = await request.Get<ApiKeyWorkspaceManager>().ListAuditAsync(request.Actor, options, request.Aborted)
            .ConfigureAwait(false);
        return page.Failure is { Kind: not ApiKeyFailureKind.Forbidden } failure
            ? Refusal.From(failure)
            : PageAnswer.Create<KeyHistoryPage>(
                "History of " + key.Name,
                new KeyHistoryModel
                {
                    Key = key,
                    Entries = page.Value?.Items,
                    Trail = new Trail($"/keys/{key.Id}/history", [], cursor, request.Query("before"), page.Value?.NextCursor),
                });
    }
}
