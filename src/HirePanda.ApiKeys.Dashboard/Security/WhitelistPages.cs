using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Changes the IP whitelist. Every change is stored at once.</summary>
internal static class WhitelistPages
{
    public const string SavePath = "/security";
    public const string AddPath = "/security/add";
    public const string RemovePath = "/security/remove";

    /// <summary>Stores the mode, and adds what the field has.</summary>
    public static Task<DashboardAnswer> SaveAsync(DashboardRequest request)
        => ApplyAsync(request, new(SavePath, Mode(request), request.Field("address"), null), "saved");

    /// <summary>Adds an address or network. The mode stays as it is stored.</summary>
    public static async Task<DashboardAnswer> AddAsync(DashboardRequest request)
        => (request.Field("network") ?? request.Field("address")) is { } network
            ? await ApplyAsync(request, new(AddPath, null, network, null), "address-added").ConfigureAwait(false)
            : await InvalidAsync(request, null, "Enter an IP address or a network, such as 192.0.2.7 or 2001:db8::/32.")
                .ConfigureAwait(false);

    /// <summary>Removes an entry. The mode stays as it is stored.</summary>
    public static async Task<DashboardAnswer> RemoveAsync(DashboardRequest request)
        => request.Field("remove") is { } network
            ? await ApplyAsync(request, new(RemovePath, null, null, network), "address-removed").ConfigureAwait(false)
            : request.To(SavePath);

    private static async Task<DashboardAnswer> ApplyAsync(DashboardRequest request, WhitelistChange change, string done)
    {
        var (workspaces, actor, aborted) = (request.Get<ApiKeyWorkspaceManager>(), request.Actor, request.Aborted);
        var stored = await workspaces.GetWorkspaceAsync(actor, aborted).ConfigureAwait(false);
        if (stored.Failure is { } unread)
        {
            return Refusal.From(unread);
        }

        var version = stored.Value!.Version;
        if (request.Version != version)
        {
            return await RefuseAsync(request, change, isOutdated: true).ConfigureAwait(false);
        }

        var own = request.Field("own") is null ? null : request.View.Address;
        var wanted = change.Apply(stored.Value, own, request.Field("force") is not null);
        var saved = await workspaces.SetAllowlistAsync(actor, wanted, version, aborted).ConfigureAwait(false);
        switch (saved.Failure)
        {
            case null:
                // What is selected and not saved yet stays selected.
                var isSelected = change.Mode is null
                    && Mode(request) is { } mode && mode != WhitelistChange.ModeOf(saved.Value!);
                return request.To(isSelected ? $"{SavePath}?mode={request.Field("mode")}" : SavePath, done);
            case { Kind: ApiKeyFailureKind.InvalidRequest } invalid:
                return await InvalidAsync(request, change, Text(invalid.Details[0])).ConfigureAwait(false);
            case { Kind: ApiKeyFailureKind.PreconditionFailed }:
                return await RefuseAsync(request, change, isOutdated: true).ConfigureAwait(false);
            case { Kind: ApiKeyFailureKind.Conflict }:
                // A conflict is a lock-out, unless another change came first.
                var now = await workspaces.GetWorkspaceAsync(actor, aborted).ConfigureAwait(false);
                return await RefuseAsync(request, change, now.Value?.Version != version).ConfigureAwait(false);
            case { } failure:
                return Refusal.From(failure);
        }
    }

    private static WhitelistMode? Mode(DashboardRequest request) => WhitelistChange.ReadMode(request.Field("mode"));

    private static string Text(ApiKeyErrorDetail detail)
        => (detail.Field.Contains('[', StringComparison.Ordinal) ? "An entry " : "The whitelist ") + detail.Message + ".";

    private static Task<DashboardAnswer> RefuseAsync(DashboardRequest request, WhitelistChange change, bool isOutdated)
        => SecurityPages.ShowAsync(
            request,
            new SecurityAnswer { Refused = change, IsOutdated = isOutdated, Mode = Mode(request) },
            isOutdated ? StatusCodes.Status412PreconditionFailed : StatusCodes.Status409Conflict);

    private static Task<DashboardAnswer> InvalidAsync(DashboardRequest request, WhitelistChange? change, string text)
        => SecurityPages.ShowAsync(
            request,
            new SecurityAnswer
            {
                Refused = change,
                Mode = Mode(request),
                Errors = [new FormError(change?.Removed is null ? "address" : null, text)],
            },
            StatusCodes.Status422UnprocessableEntity);
}
