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

        var (key, trail) = (found.Value!, request.Query("page"));
        var options = new ApiKeyAuditListOptions { KeyId = key.Id, Cursor = PageTrail.CursorOf(trail) };
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
                    Trail = PageTrail.Create(
                        request.View.Url($"/keys/{key.Id}/history"), [], trail, page.Value?.NextCursor),
                });
    }
}
