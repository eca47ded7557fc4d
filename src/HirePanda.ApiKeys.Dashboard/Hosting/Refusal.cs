using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The pages that say why there is no other page.</summary>
internal static class Refusal
{
    public static PageAnswer NotSetUp { get; } = Create(
        StatusCodes.Status403Forbidden, "This dashboard is not set up", "The log of the host says what is missing.");

    public static PageAnswer NotLocal { get; } = Create(
        StatusCodes.Status403Forbidden,
        "Only from this computer",
        "This dashboard answers requests of the computer that it runs on, without a proxy in between.");

    public static PageAnswer OfAKey { get; } = Create(
        StatusCodes.Status403Forbidden, "Not with an API key", "This dashboard is for people. A key manages keys over the API.");

    public static PageAnswer OutdatedForm { get; } = Create(
        StatusCodes.Status400BadRequest,
        "This form is out of date. Load it again.",
        "Go back, load the page again, and repeat the change.");

    public static PageAnswer NoWorkspace { get; } = Create(
        StatusCodes.Status403Forbidden, "No workspace", "Your account does not belong to a workspace, so it has no API keys.");

    public static PageAnswer ReadOnly { get; } = Create(
        StatusCodes.Status403Forbidden,
        "Read only",
        $"You need the permission {ApiKeyPermissions.KeysManage} to change anything.");

    public static PageAnswer NotFound { get; } = Create(
        StatusCodes.Status404NotFound, "Not found", "There is no such page, key, or alert in your workspace.");

    public static PageAnswer StoreUnavailable { get; } = Create(
        StatusCodes.Status503ServiceUnavailable,
        "Not available at the moment",
        "Keys still work; managing them does not. Try again in a moment.");

    /// <summary>Creates the page of a failure of a management call that is not about a field of a form.</summary>
    public static PageAnswer From(ApiKeyFailure failure) => failure.Kind switch
    {
        ApiKeyFailureKind.NotFound => NotFound,
        ApiKeyFailureKind.Unavailable => StoreUnavailable,
        ApiKeyFailureKind.Forbidden => Create(StatusCodes.Status403Forbidden, "Not allowed", failure.Message + "."),
        ApiKeyFailureKind.InvalidRequest => Create(
            StatusCodes.Status400BadRequest,
            "Not a valid address",
            string.Join(" ", failure.Details.Select(detail => $"{detail.Field} {detail.Message}."))),
        _ => Create(StatusCodes.Status409Conflict, "Changed in the meantime", failure.Message + "."),
    };

    private static PageAnswer Create(int status, string heading, string text)
        => PageAnswer.Create<ErrorPage>("Error: " + heading, new ErrorText(heading, text), status);
}
