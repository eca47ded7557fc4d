using System.Globalization;
using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Ends a key for good.</summary>
internal static class RevokePages
{
    private const int MaxCounted = 200;

    private static readonly TimeSpan _inUse = TimeSpan.FromHours(24);

    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var found = await FindAsync(request).ConfigureAwait(false);
        return found.Failure is { } failure ? Refusal.From(failure)
            : !request.View.CanManage ? Refusal.ReadOnly
            : found.Value!.RevokedAt is not null ? request.To("/keys/" + found.Value.Id)
            : Form(await ModelAsync(request, found.Value).ConfigureAwait(false));
    }

    public static async Task<DashboardAnswer> RevokeAsync(DashboardRequest request)
    {
        var found = await FindAsync(request).ConfigureAwait(false);
        if (found.Failure is { } missing)
        {
            return Refusal.From(missing);
        }

        var key = found.Value!;
        var (reason, isCascade) = (request.Field("reason"), request.Field("cascade") is not null);
        if (key.RevokedAt is null && !IsConfirmed(request, key)
            && await ModelAsync(request, key).ConfigureAwait(false) is { MustConfirm: true } model)
        {
            return Form(model, new FormFailure(
                StatusCodes.Status422UnprocessableEntity,
                [new("confirm", "Type the name exactly as it is, because the key is in use.")]));
        }

        var result = await request.Get<ApiKeyManager>().RevokeAsync(
            request.Actor, key.Id, reason, isCascade, request.Version, request.Aborted).ConfigureAwait(false);
        return result.Failure switch
        {
            null => request.To("/keys/" + key.Id, "revoked"),
            { } failure when FormFailure.From(failure) is { } form => await AgainAsync(request, form).ConfigureAwait(false),
            { } failure => Refusal.From(failure),
        };
    }

    private static bool IsConfirmed(DashboardRequest request, ApiKey key) => request.Field("confirm") == key.Name.Trim();

    /// <summary>Shows the form again, about the key as it is now.</summary>
    private static async Task<DashboardAnswer> AgainAsync(DashboardRequest request, FormFailure failure)
    {
        var found = await FindAsync(request).ConfigureAwait(false);
        return found.Failure is { } missing
            ? Refusal.From(missing)
            : Form(await ModelAsync(request, found.Value!).ConfigureAwait(false), failure);
    }

    private static async Task<RevokeModel> ModelAsync(DashboardRequest request, ApiKey key)
    {
        var lastHour = await KeyUsage.LastHourAsync(request, key.Id).ConfigureAwait(false);
        return new RevokeModel
        {
            Key = key,
            LastHour = lastHour,
            Created = await CountCreatedAsync(request, key.Id).ConfigureAwait(false),
            MustConfirm = lastHour > 0 || request.Now - key.LastUsedAt < _inUse,
            Reason = request.Field("reason") ?? "",
            Confirmation = request.Field("confirm") ?? "",
            IsCascade = request.Field("cascade") is not null,
        };
    }

    private static async Task<string?> CountCreatedAsync(DashboardRequest request, string id)
    {
        var page = await request.Get<ApiKeyManager>().ListAsync(
            request.Actor, new ApiKeyListOptions { CreatedBy = id, Limit = MaxCounted }, request.Aborted).ConfigureAwait(false);
        var count = page.Value?.Items.Count(key => key.RevokedAt is null) ?? 0;
        return page.Value?.NextCursor is not null ? (count > 0 ? $"{count}+" : "older")
            : count > 0 ? count.ToString(CultureInfo.InvariantCulture)
            : null;
    }

    private static Task<ApiKeyResult<ApiKey>> FindAsync(DashboardRequest request)
        => request.Get<ApiKeyManager>().GetAsync(request.Actor, request.Route("id"), request.Aborted);

    private static PageAnswer Form(RevokeModel model, FormFailure? failure = null)
        => PageAnswer.Create<RevokePage>(
            (failure is null ? "" : "Error: ") + "Revoke " + model.Key.Name,
            model with
            {
                Errors = failure?.Errors ?? [],
                IsOutdated = failure?.Status == StatusCodes.Status412PreconditionFailed,
            },
            failure?.Status ?? StatusCodes.Status200OK);
}
