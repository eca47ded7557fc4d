using System.Globalization;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>
/// Answers what OpenIddict leaves to the host: 503 while the database does not answer, and 400 to a request that cannot be read.
/// People get a page, and apps JSON. OpenIddict works in the authentication middleware, so this comes before it.
/// </summary>
internal static partial class OAuthOutage
{
    public static void UseOAuthOutage(this IApplicationBuilder app) => app.Use(AnswerAsync);

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (
            IsOfOAuth(context) && !context.Response.HasStarted
            && (AccountTables.IsUnavailable(exception) || IsUnreadable(exception)))
        {
            context.Response.Clear();
            if (IsUnreadable(exception))
            {
                await RejectAsync(context, StatusCodes.Status400BadRequest, "The request cannot be read.");
                return;
            }

            LogUnavailable(
                context.RequestServices.GetRequiredService<ILogger<AccountsDbContext>>(), exception.GetBaseException().Message);
            await RefuseAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                TimeSpan.FromSeconds(1),
                "The server cannot answer at the moment.");
        }
    }

    /// <summary>Tells a person or an app that the request is not valid.</summary>
    public static Task RejectAsync(HttpContext context, int status, string description)
    {
        context.Response.Headers.CacheControl = "no-store";
        var answer = IsPage(context)
            ? Page.Of<OAuthErrorPage>(
                new()
                {
                    [nameof(OAuthErrorPage.Error)] = Errors.InvalidRequest,
                    [nameof(OAuthErrorPage.Description)] = description,
                },
                status)
            : Results.Json(new { error = Errors.InvalidRequest, error_description = description }, statusCode: status);
        return answer.ExecuteAsync(context);
    }

    /// <summary>Tells a person with a page, or an app with JSON, to come back later.</summary>
    public static Task RefuseAsync(HttpContext context, int status, TimeSpan retryAfter, string description)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers.CacheControl = "no-store";
        var answer = IsPage(context)
            ? Page.Of<UnavailablePage>([], status)
            : Results.Json(
                new { error = Errors.TemporarilyUnavailable, error_description = description }, statusCode: status);
        return answer.ExecuteAsync(context);
    }

    /// <summary>Determines whether a form has too many fields, or a value that no row can have.</summary>
    private static bool IsUnreadable(Exception exception)
        => exception is InvalidDataException || AccountTables.IsInvalid(exception);

    private static bool IsOfOAuth(HttpContext context)
        => IsPage(context) || context.Request.Path.StartsWithSegments(OAuthServices.Prefix);

    private static bool IsPage(HttpContext context)
        => context.Request.Path == OAuthServices.AuthorizePath || context.Request.Path == AuthorizedApps.Path;

    [LoggerMessage(1, LogLevel.Warning, "A request of OAuth could not be answered: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);
}
