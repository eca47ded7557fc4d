using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Finds the key of a leaked secret, and revokes all keys.</summary>
internal static class EmergencyPages
{
    private const string Title = "Revoke all keys";
    private const int MaxCounted = 200;

    /// <summary>Finds the key of a secret. No answer has the secret.</summary>
    public static async Task<DashboardAnswer> FindAsync(DashboardRequest request)
    {
        if (request.Field("secret") is not { } secret)
        {
            return await NotFoundAsync(request, "Paste the secret that leaked.").ConfigureAwait(false);
        }

        var found = await request.Get<ApiKeyManager>().FindBySecretAsync(request.Actor, secret, request.Aborted)
            .ConfigureAwait(false);
        return found.Failure switch
        {
            null => await SecurityPages.ShowAsync(request, new SecurityAnswer { Found = found.Value }, 200).ConfigureAwait(false),
            { Kind: ApiKeyFailureKind.NotFound } => await NotFoundAsync(request, "No key of this workspace has this secret.")
                .ConfigureAwait(false),
            { } failure => Refusal.From(failure),
        };
    }

    public static Task<DashboardAnswer> ConfirmRevokeAllAsync(DashboardRequest request) => ConfirmAsync(request, [], 200);

    public static async Task<DashboardAnswer> RevokeAllAsync(DashboardRequest request)
    {
        var (owner, reason) = (request.Field("ownerId"), request.Field("reason"));
        if (request.Field("confirm") != request.Actor.Workspace)
        {
            FormError error = new("confirm", $"Type {request.Actor.Workspace} to confirm.");
            return await ConfirmAsync(request, [error], StatusCodes.Status422UnprocessableEntity).ConfigureAwait(false);
        }

        var revoked = await request.Get<ApiKeyManager>().RevokeAllAsync(request.Actor, reason, owner, request.Aborted)
            .ConfigureAwait(false);
        return revoked.Failure switch
        {
            null when revoked.Value == 0 && owner is not null => await ConfirmAsync(
                request, [new FormError("ownerId", "No key that still works has this owner.")],
                StatusCodes.Status422UnprocessableEntity).ConfigureAwait(false),
            null => request.To("/security", (owner ?? request.Actor.OwnerId) is null ? "revoked-all" : "revoked-owner"),
            { Kind: ApiKeyFailureKind.InvalidRequest } invalid => await ConfirmAsync(
                request, [.. invalid.Details.Select(Error)], StatusCodes.Status422UnprocessableEntity).ConfigureAwait(false),
            { Kind: ApiKeyFailureKind.Conflict or ApiKeyFailureKind.ActorChanged } conflict => await ConfirmAsync(
                request,
                [new FormError(null, $"{conflict.Message}. Some keys may be revoked already: repeat it.")],
                StatusCodes.Status409Conflict).ConfigureAwait(false),
            { } failure => Refusal.From(failure),
        };
    }

    private static FormError Error(ApiKeyErrorDetail detail) => detail.Field switch
    {
        "reason" => new("reason", $"The reason {detail.Message}."),
        "ownerId" => new("ownerId", $"The owner {detail.Message}."),
        _ => new(null, $"{detail.Field} {detail.Message}."),
    };

    private static Task<DashboardAnswer> NotFoundAsync(DashboardRequest request, string text)
        => SecurityPages.ShowAsync(
            request,
            new SecurityAnswer { Errors = [new FormError("secret", text)] },
            StatusCodes.Status422UnprocessableEntity);

    private static async Task<DashboardAnswer> ConfirmAsync(
        DashboardRequest request, IReadOnlyList<FormError> errors, int status)
    {
        var keys = await request.Get<ApiKeyManager>().ListAsync(
            request.Actor,
            new ApiKeyListOptions { Status = ApiKeyStatus.Active, Limit = MaxCounted },
            request.Aborted).ConfigureAwait(false);
        return keys.Failure is { } failure
            ? Refusal.From(failure)
            : PageAnswer.Create<RevokeAllPage>(
                errors.Count > 0 ? "Error: " + Title : Title,
                new RevokeAllModel
                {
                    Active = keys.Value!.Items.Count,
                    IsMore = keys.Value.NextCursor is not null,
                    OwnerId = request.Actor.OwnerId,
                    Owner = request.Field("ownerId"),
                    Reason = request.Field("reason"),
                    Confirm = request.Field("confirm"),
                    Errors = errors,
                },
                status);
    }
}
