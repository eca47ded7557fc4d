namespace HirePanda.ApiKeys.Dashboard;

internal sealed class ApiKeyCatalogReader
{
    public (IReadOnlyList<(string Name, bool CanGrant)> Permissions, int X) Get(ApiKeyActor actor) => ([(ApiKeyPermissions.KeysManage, actor.Tier is not null)], 0);
}

internal sealed class ApiKeyAlertListOptions
{
    public bool OpenOnly { get; init; }

    public int Limit { get; init; }
}

internal static class TemporaryExtensions
{
    public static Task<ApiKeyResult<int>> CountOpenAlertsAsync(this ApiKeyAlertManager manager, ApiKeyActor actor, CancellationToken token)
        => Task.FromResult<ApiKeyResult<int>>(0);

    public static Task<ApiKeyResult<ApiKeyPage<ApiKeyAlert>>> ListAlertsAsync(
        this ApiKeyAlertManager manager, ApiKeyActor actor, ApiKeyAlertListOptions options, CancellationToken token)
        => manager.ListAlertsAsync(actor, new ApiKeyPageOptions { Limit = options.Limit }, token);
}
