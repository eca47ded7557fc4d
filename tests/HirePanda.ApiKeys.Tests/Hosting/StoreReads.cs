namespace HirePanda.ApiKeys.Tests;

/// <summary>Reads whole lists of a store, which tests do often.</summary>
internal static class StoreReads
{
    public static ValueTask<IReadOnlyList<ApiKeyAuditEntry>> ListAuditAsync(
        this IApiKeyManagementStore store, string workspace, ApiKeyPageToken? after, int limit, CancellationToken token)
        => store.ListAuditAsync(new ApiKeyAuditQuery { Workspace = workspace, After = after, Limit = limit }, token);

    public static ValueTask<IReadOnlyList<ApiKeyAlert>> ListAlertsAsync(
        this IApiKeyAlertStore store, string workspace, ApiKeyPageToken? after, int limit, CancellationToken token)
        => store.ListAlertsAsync(workspace, openOnly: false, after, limit, token);
}
