using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>The workspace's IP allowlist and audit over HTTP.</summary>
internal static class WorkspaceEndpoints
{
    public static async Task<IResult> GetAllowlistAsync(HttpContext context, ApiKeyWorkspaceManager manager)
        => Answer(await manager.GetWorkspaceAsync(ApiKeyEndpoints.Actor(context), context.RequestAborted).ConfigureAwait(false));

    public static async Task<IResult> SetAllowlistAsync(HttpContext context, ApiKeyWorkspaceManager manager, string? force)
    {
        if (JsonBody.Read(context, out var body) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var enabled = body.Boolean("enabled", isRequired: true) ?? false;
        var reportOnly = body.Boolean("reportOnly") ?? false;
        var networks = body.Strings("networks") ?? [];
        var isForced = string.Equals(force, "true", StringComparison.OrdinalIgnoreCase);
        if (!isForced && force is not null && !string.Equals(force, "false", StringComparison.OrdinalIgnoreCase))
        {
            body.Refuse("force", "must be true or false");
        }

        if (body.Finish() is { } error)
        {
            return new ErrorAnswer(error);
        }

        var workspace = await manager.SetAllowlistAsync(
            ApiKeyEndpoints.Actor(context),
            new SetAllowlistRequest { IsEnabled = enabled, IsReportOnly = reportOnly, Networks = networks, Force = isForced },
            IfMatch.ExpectedVersions(context),
            context.RequestAborted).ConfigureAwait(false);
        return Answer(workspace);
    }

    public static async Task<IResult> ListAuditAsync(
        HttpContext context, ApiKeyWorkspaceManager manager, string? cursor, string? limit)
    {
        var page = await manager.ListAuditAsync(
            ApiKeyEndpoints.Actor(context), PageQuery.Read(cursor, limit), context.RequestAborted).ConfigureAwait(false);
        return page.Succeeded
            ? new JsonAnswer<AuditPageResponse>(
                new([.. page.Value.Items.Select(AuditEntryResponse.Of)], page.Value.NextCursor),
                KeyJson.Contract.AuditPageResponse)
            : new ErrorAnswer(page.Failure);
    }

    private static IResult Answer(ApiKeyResult<ApiKeyWorkspace> result)
        => result.Succeeded
            ? new JsonAnswer<AllowlistResponse>(AllowlistResponse.Of(result.Value), KeyJson.Contract.AllowlistResponse)
            {
                Version = result.Value.Version,
            }
            : new ErrorAnswer(result.Failure);
}
