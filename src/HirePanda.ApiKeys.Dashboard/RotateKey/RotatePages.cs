using System.Globalization;
using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Replaces the secret of a key.</summary>
internal static class RotatePages
{
    public static async Task<DashboardAnswer> ShowAsync(DashboardRequest request)
    {
        var found = await FindAsync(request).ConfigureAwait(false);
        return found.Failure is { } failure ? Refusal.From(failure)
            : !request.View.CanManage ? Refusal.ReadOnly
            : found.Value! is { ReplacedBy: not null } or { RevokedAt: not null } ? request.To("/keys/" + found.Value!.Id)
            : Form(new RotateModel { Key = found.Value! });
    }

    public static async Task<DashboardAnswer> RotateAsync(DashboardRequest request)
    {
        var found = await FindAsync(request).ConfigureAwait(false);
        if (found.Failure is { } missing)
        {
            return Refusal.From(missing);
        }

        var key = found.Value!;

        // A form that is sent again was answered with the secret already.
        if (key.ReplacedBy is { } successor)
        {
            return AlreadyDone.Create("This key is already rotated", successor);
        }

        var (overlap, hours) = (request.Field("overlap") ?? RotateModel.Default, request.Field("hours") ?? "");
        var model = new RotateModel { Key = key, Overlap = overlap, Hours = hours };
        var text = overlap == RotateModel.Custom ? hours : overlap;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > MaxHours)
        {
            return Form(model, new FormFailure(
                StatusCodes.Status422UnprocessableEntity, [new("hours", $"Hours must be a whole number from 0 to {MaxHours}.")]));
        }

        var result = await request.Get<ApiKeyManager>().RotateAsync(
            request.Actor, key.Id, TimeSpan.FromHours(length), request.Version, request.Aborted).ConfigureAwait(false);
        if (result.Failure is { } failure)
        {
            return FormFailure.From(failure) is not { } form ? Refusal.From(failure)
                : (await FindAsync(request).ConfigureAwait(false)).Value is { } current ? Form(model.About(current), form)
                : Refusal.NotFound;
        }

        return SecretPages.Show(request, result.Value!, model.End(TimeSpan.FromHours(length), result.Value!.Key.CreatedAt));
    }

    private static int MaxHours => (int)ApiKeyManager.MaxOverlap.TotalHours;

    private static Task<ApiKeyResult<ApiKey>> FindAsync(DashboardRequest request)
        => request.Get<ApiKeyManager>().GetAsync(request.Actor, request.Route("id"), request.Aborted);

    private static PageAnswer Form(RotateModel model, FormFailure? failure = null)
        => PageAnswer.Create<RotatePage>(
            (failure is null ? "" : "Error: ") + "Rotate " + model.Key.Name,
            new RotateModel
            {
                Key = model.Key,
                Overlap = model.Overlap,
                Hours = model.Hours,
                Errors = failure?.Errors ?? [],
                IsOutdated = failure?.Status == StatusCodes.Status412PreconditionFailed,
            },
            failure?.Status ?? StatusCodes.Status200OK);
}
