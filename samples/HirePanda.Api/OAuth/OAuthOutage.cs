using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>
/// Answers 503 while the database does not answer: a page to people, and JSON to apps. OpenIddict reads the database in the
/// authentication middleware, so this comes before it.
/// </summary>
internal static partial class OAuthOutage
{
    private const string Prefix = "/connect";

    public static void UseOAuthOutage(this IApplicationBuilder app) => app.Use(AnswerAsync);

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        var isPage = path == OAuthServices.AuthorizePath || path == AuthorizedApps.Path;
        try
        {
            await next(context);
        }
        catch (Exception exception) when (
            (isPage || path.StartsWithSegments(Prefix)) && !context.Response.HasStarted && AccountTables.IsUnavailable(exception))
        {
            LogUnavailable(
                context.RequestServices.GetRequiredService<ILogger<AccountsDbContext>>(), exception.GetBaseException().Message);
            context.Response.Clear();
            context.Response.Headers.RetryAfter = "1";
            context.Response.Headers.CacheControl = "no-store";
            var answer = isPage
                ? Page.Of<UnavailablePage>([], StatusCodes.Status503ServiceUnavailable)
                : Results.Json(
                    new { error = Errors.TemporarilyUnavailable, error_description = "The server cannot answer at the moment." },
                    statusCode: StatusCodes.Status503ServiceUnavailable);
            await answer.ExecuteAsync(context);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A request of OAuth could not be answered: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);
}
