using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The summary of one key.</summary>
internal static class KeyPages
{
    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var manager = request.Get<ApiKeyManager>();
        var found = await manager.GetAsync(request.Actor, request.Route("id"), request.Aborted).ConfigureAwait(false);
        if (found.Failure is { } failure)
        {
            return Refusal.From(failure);
        }

        var key = found.Value!;
        var old = key.Replaces is { } replaced
            ? (await manager.GetAsync(request.Actor, replaced, request.Aborted).ConfigureAwait(false)).Value
            : null;
        var type = request.Get<ApiKeyCatalogReader>().Get(request.Actor).Types
            .FirstOrDefault(type => type.Name == key.Type);
        return PageAnswer.Create<KeyPage>(
            key.Name,
            new KeyModel
            {
                Key = key,
                Permissions = request.Get<ApiKeyPermissionEvaluator>().GetPermissions(key),
                TypeLimit = type?.RateLimit,
                LastHour = await KeyUsage.LastHourAsync(request, key.Id).ConfigureAwait(false),
                Old = old,
                OldLastHour = old is null ? null : await KeyUsage.LastHourAsync(request, old.Id).ConfigureAwait(false),
                Metadata = MetadataText.Write(key.Metadata),
            });
    }

    public static Task<DashboardAnswer> DisableAsync(DashboardRequest request) => SetAsync(request, false, "disabled");

    public static Task<DashboardAnswer> EnableAsync(DashboardRequest request) => SetAsync(request, true, "enabled");

    /// <summary>Needs no version: it changes nothing else, and somebody else's change must not keep a key enabled.</summary>
    private static async Task<DashboardAnswer> SetAsync(DashboardRequest request, bool isEnabled, string done)
    {
        var id = request.Route("id");
        var update = new UpdateApiKeyRequest { IsEnabled = isEnabled };
        var result = await request.Get<ApiKeyManager>()
            .UpdateAsync(request.Actor, id, update, expectedVersion: null, request.Aborted).ConfigureAwait(false);
        return result.Failure is { } failure ? Refusal.From(failure) : request.To("/keys/" + id, done);
    }
}
