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
        if (!PageQuery.TryReadFlag(force, out var isForced))
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

    public static async Task<IResult> TestAddressAsync(HttpContext context, ApiKeyWorkspaceManager manager)
    {
        if (JsonBody.Read(context, out var body) is { } unreadable)
        {
            return new ErrorAnswer(unreadable);
        }

        var address = body.String("address", isRequired: true) ?? "";
        var keyId = body.String("keyId");
        if (body.Finish() is { } error)
        {
            return new ErrorAnswer(error);
        }

        var test = await manager.TestAddressAsync(ApiKeyEndpoints.Actor(context), address, keyId, context.RequestAborted)
            .ConfigureAwait(false);
        return test.Succeeded
            ? new JsonAnswer<AddressTestResponse>(AddressTestResponse.Of(test.Value), KeyJson.Contract.AddressTestResponse)
            : new ErrorAnswer(test.Failure);
    }

    public static async Task<IResult> ListAuditAsync(
        HttpContext context,
        ApiKeyWorkspaceManager manager,
        string? keyId,
        string? action,
        string? actor,
        string? from,
        string? to,
        string? cursor,
        string? limit)
    {
        var errors = new ErrorList();
        var options = new ApiKeyAuditListOptions
        {
            KeyId = keyId,
            Action = action,
            Actor = actor,
            From = TimeQuery.Read("from", from, errors),
            To = TimeQuery.Read("to", to, errors),
            Cursor = cursor,
            Limit = PageQuery.ReadLimit(limit),
        };
        if (!errors.IsEmpty)
        {
            return new ErrorAnswer(errors.ToError());
        }

        var page = await manager.ListAuditAsync(ApiKeyEndpoints.Actor(context), options, context.RequestAborted)
            .ConfigureAwait(false);
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
