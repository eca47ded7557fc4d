using System.Net;
using HirePanda.ThirdPartyApp;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;

var builder = WebApplication.CreateBuilder(args);
var hirePanda = builder.Configuration.GetSection("HirePanda");
var authority = hirePanda["Authority"] ?? "http://localhost:5080";
if (string.IsNullOrEmpty(builder.Configuration["URLS"]))
{
    builder.WebHost.UseUrls("http://localhost:5090");
}

builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
    .AddCookie(cookie =>
    {
        cookie.Cookie.Name = "ThirdPartyApp.Session";
        cookie.ForwardChallenge = "OpenIdConnect";
    })
    .AddOpenIdConnect(app =>
    {
        app.Authority = authority;
        app.RequireHttpsMetadata = !new Uri(authority).IsLoopback;
        app.ClientId = hirePanda["ClientId"];
        app.ClientSecret = hirePanda["ClientSecret"];
        app.ResponseType = "code";
        app.ResponseMode = "query";
        app.CorrelationCookie.SameSite = app.NonceCookie.SameSite = SameSiteMode.Lax;
        app.CorrelationCookie.SecurePolicy = app.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        app.Scope.Remove("profile");
        app.Scope.Add("offline_access");
        app.Scope.Add("jobs:read");
        app.SaveTokens = true;
        app.MapInboundClaims = false;
        app.TokenValidationParameters.NameClaimType = "email";
        app.Events.OnRemoteFailure = failure => // For example, the person chose Deny.
        {
            failure.Response.Redirect("/?failed");
            failure.HandleResponse();
            return Task.CompletedTask;
        };
    });
builder.Services.AddAuthorization().AddAntiforgery()
    .AddHttpClient<HirePandaApi>(http => http.BaseAddress = new Uri(authority));

var app = builder.Build();
app.Use(async (context, next) =>
{
    try
    {
        await next(context);
    }
    catch (Exception exception) when (
        (exception is HttpRequestException or TaskCanceledException || exception.InnerException is IOException)
        && !context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
    {
        Log.NoAnswer(app.Logger, exception);
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await Html("<p role=\"alert\">HirePanda does not answer at the moment. Try again in a minute.</p>").ExecuteAsync(context);
    }
});
app.MapGet("/", (HttpRequest request) => Html(
    request.Query.ContainsKey("failed") ? "<p role=\"alert\">HirePanda did not let this app in.</p>" : "",
    request.Query.ContainsKey("ended") ? "<p role=\"alert\">The access to HirePanda has ended. Sign in again.</p>" : "",
    "<p><a href=\"/jobs\">Sign in with HirePanda</a></p>"));

app.MapGet("/jobs", async (HttpContext context, HirePandaApi api, IAntiforgery antiforgery) =>
{
    if (await api.GetJobsAsync(context) is not { } jobs)
    {
        return Results.Redirect("/?ended");
    }

    var form = antiforgery.GetAndStoreTokens(context);
    return Html(
        $"<p>Signed in as {WebUtility.HtmlEncode(context.User.Identity!.Name)}</p><h2>Jobs</h2><ul>",
        string.Concat(jobs.Select(job => $"<li>{WebUtility.HtmlEncode(job)}</li>")),
        $"</ul><form method=\"post\" action=\"/refresh\"><input type=\"hidden\" name=\"{form.FormFieldName}\" ",
        $"value=\"{form.RequestToken}\"><button>Refresh token</button></form>");
}).RequireAuthorization();

app.MapPost("/refresh", async (HttpContext context, HirePandaApi api, IAntiforgery antiforgery) =>
{
    if (!await antiforgery.IsRequestValidAsync(context))
    {
        return Results.BadRequest();
    }

    return Results.Redirect(await api.RefreshAsync(context) ? "/jobs" : "/?ended");
}).RequireAuthorization();
app.Run();

static IResult Html(params string[] parts) => Results.Content(
    "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Job Board</title>"
        + $"<link rel=\"icon\" href=\"data:,\"></head><body><main><h1>Job Board</h1>{string.Concat(parts)}</main></body></html>",
    "text/html; charset=utf-8");

/// <summary>The messages of this app.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "HirePanda does not answer")]
    public static partial void NoAnswer(ILogger logger, Exception exception);
}
