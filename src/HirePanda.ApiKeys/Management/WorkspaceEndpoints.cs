using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>The workspace's IP allowlist and audit over HTTP.</summary>
internal static class WorkspaceEndpoints
{
    public static async Task<IResult> GetAllowlistAsync(HttpContext context, ApiKeyManager manager)
        => Answer(await manager.GetWorkspaceAsync(ApiKeyEndpoints.Actor(context), context.RequestAborted).ConfigureAwait(false));

    public static async Task<IResult> SetAllowlistAsync(HttpContext context, ApiKeyManager manager, string? force)
    {
        var body = JsonBody.Of(context);
        if (!body.Succeeded)
        {
            return new ErrorAnswer(body.Error);
        }

        var enabled = body.Value.Boolean("enabled", isRequired: true) ?? false;
        var reportOnly = body.Value.Boolean("reportOnly") ?? false;
        var networks = body.Value.Strings("networks") ?? [];
        var isForced = string.Equals(force, "true", StringComparison.OrdinalIgnoreCase);
        if (!isForced && force is not null && !string.Equals(force, "false", StringComparison.OrdinalIgnoreCase))
        {
            body.Value.Refuse("force", "must be true or false");
        }

        if (body.Value.Finish() is { } error)
        {
            return new ErrorAnswer(error);
        }

        var workspace = await manager.SetAllowlistAsync(
            ApiKeyEndpoints.Actor(context),
            enabled,
            reportOnly,
            networks,
            isForced,
            ApiKeyEndpoints.ExpectedVersions(context),
            context.RequestAborted).ConfigureAwait(false);
        return workspace.Succeeded ? Answer(workspace.Value) : new ErrorAnswer(workspace.Error);
    }

    public static async Task<IResult> ListAuditAsync(HttpContext context, ApiKeyManager manager, string? cursor, string? limit)
    {
        var page = await manager.ListAuditAsync(
            ApiKeyEndpoints.Actor(context), cursor, ApiKeyEndpoints.Limit(limit), context.RequestAborted).ConfigureAwait(false);
        return page.Succeeded
            ? new JsonAnswer<AuditPageResponse>(
                new([.. page.Value.Items.Select(AuditEntryResponse.Of)], page.Value.NextCursor), KeyJson.Contract.AuditPageResponse)
            : new ErrorAnswer(page.Error);
    }

    private static JsonAnswer<AllowlistResponse> Answer(ApiKeyWorkspace workspace)
        => new(AllowlistResponse.Of(workspace), KeyJson.Contract.AllowlistResponse) { Version = workspace.Version };
}
