using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The page of the IP whitelist and of emergencies.</summary>
internal static class SecurityPages
{
    private const string Title = "Security";
    private const int MaxKeys = 200;

    public static Task<DashboardAnswer> ShowAsync(DashboardRequest request)
        => ShowAsync(request, new(), StatusCodes.Status200OK);

    /// <summary>Shows the page, with what a form was answered with.</summary>
    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request, SecurityAnswer form, int status)
    {
        var (workspaces, actor) = (request.Get<ApiKeyWorkspaceManager>(), request.Actor);
        var stored = await workspaces.GetWorkspaceAsync(actor, request.Aborted).ConfigureAwait(false);
        if (stored.Failure is { } failure)
        {
            return Refusal.From(failure);
        }

        List<FormError> errors = [.. form.Errors];
        ApiKeyAddressTest? result = null;
        var (address, keyId) = (request.Query("test")?.Trim(), request.Query("key"));
        if (address is not null)
        {
            var test = await workspaces.TestAddressAsync(actor, address, keyId, request.Aborted).ConfigureAwait(false);
            result = test.Value;
            if (test.Failure is { Kind: ApiKeyFailureKind.InvalidRequest } invalid)
            {
                errors.AddRange(invalid.Details.Select(detail => new FormError("test", $"The address {detail.Message}.")));
                status = StatusCodes.Status422UnprocessableEntity;
            }
            else if (test.Failure is { } other)
            {
                return Refusal.From(other);
            }
        }

        return PageAnswer.Create<SecurityPage>(
            errors.Count > 0 || form.Refused is not null ? "Error: " + Title : Title,
            new SecurityModel
            {
                Stored = stored.Value!,
                Mode = form.Mode ?? WhitelistChange.ReadMode(request.Query("mode")) ?? WhitelistChange.ModeOf(stored.Value!),
                CanEdit = request.View.CanManage && actor.OwnerId is null,
                IsBehindProxy = IsBehindProxy(request.Context.Request.Headers),
                Refused = form.Refused,
                IsOutdated = form.IsOutdated,
                Report = await WhitelistReports.ReadAsync(request, stored.Value!).ConfigureAwait(false),
                Test = new AddressTest(address, keyId, result, await KeysAsync(request).ConfigureAwait(false)),
                Found = form.Found,
                Errors = errors,
            },
            status);
    }

    /// <summary>
    /// Determines whether a proxy forwarded the request and the host does not know it. The host's middleware replaces the header
    /// field of a proxy that it knows.
    /// </summary>
    private static bool IsBehindProxy(IHeaderDictionary headers)
        => headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName)
            && !headers.ContainsKey(ForwardedHeadersDefaults.XOriginalForHeaderName);

    private static async Task<IReadOnlyList<(string Id, string Name)>> KeysAsync(DashboardRequest request)
    {
        var keys = await request.Get<ApiKeyManager>().ListAsync(
            request.Actor,
            new ApiKeyListOptions { Status = ApiKeyStatus.Active, Limit = MaxKeys },
            request.Aborted).ConfigureAwait(false);
        return [.. (keys.Value?.Items ?? []).Select(key => (key.Id, key.Name))];
    }
}

/// <summary>What a form of the page was answered with.</summary>
internal sealed record SecurityAnswer
{
    /// <summary>Gets the change of the whitelist that was refused, or null if there is none.</summary>
    public WhitelistChange? Refused { get; init; }

    /// <summary>Gets a value that indicates whether somebody else changed the whitelist first.</summary>
    public bool IsOutdated { get; init; }

    /// <summary>Gets the mode that the form has, or null for the stored one.</summary>
    public WhitelistMode? Mode { get; init; }

    /// <summary>Gets the key that was found.</summary>
    public ApiKey? Found { get; init; }

    public IReadOnlyList<FormError> Errors { get; init; } = [];
}
