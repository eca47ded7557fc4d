using System.Security.Claims;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;

namespace HirePanda.Api;

/// <summary>The start page, and the pages to sign in and out. Anonymous callers can open all of them.</summary>
internal static class AccountPages
{
    public const string LoginPath = "/login";
    public const string LogoutPath = "/logout";
    public const string DeniedPath = "/denied";
    public const string DashboardPath = "/dashboard";
    public const string ReturnUrl = "returnUrl";

    private const int MaxFieldLength = 256;
    private const int MaxFormSize = 16 * 1024;

    private static readonly string[] _read = [HttpMethods.Get, HttpMethods.Head];

    public static void MapAccountPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(MaxFormSize));
        pages.MapMethods("/", _read, StartAsync);
        pages.MapMethods(LoginPath, _read, ShowLogin);
        pages.MapPost(LoginPath, SignInAsync);
        pages.MapPost(LogoutPath, SignOutAsync);
        pages.MapMethods(DeniedPath, _read, DeniedAsync);
        pages.MapMethods(SiteStyle.Path, _read, SiteStyle.Get);
    }

    private static async Task<IResult> StartAsync(HttpContext context, IAntiforgery antiforgery)
        => Page.Of<StartPage>(new()
        {
            [nameof(StartPage.Origin)] = $"{context.Request.Scheme}://{context.Request.Host}",
            [nameof(StartPage.Session)] = await GetSessionAsync(context, antiforgery),
        });

    private static async Task<IResult> DeniedAsync(HttpContext context, IAntiforgery antiforgery)
        => Page.Of<DeniedPage>(
            new() { [nameof(DeniedPage.Session)] = await GetSessionAsync(context, antiforgery) }, StatusCodes.Status403Forbidden);

    private static Page ShowLogin(HttpContext context, IAntiforgery antiforgery)
        => Login(context, antiforgery, context.Request.Query[ReturnUrl], email: "", error: null, StatusCodes.Status200OK);

    private static async Task<IResult> SignInAsync(
        HttpContext context, IAntiforgery antiforgery, SignInManager<Account> signIn, CancellationToken cancellationToken)
    {
        if (!await IsOwnFormAsync(context, antiforgery))
        {
            return StaleForm();
        }

        var form = await context.Request.ReadFormAsync(cancellationToken);
        var (email, returnUrl) = (form["email"].ToString(), form[ReturnUrl].ToString());
        try
        {
            return await CheckAsync(signIn, email, form["password"].ToString())
                ? new SeeOther(LocalOrDashboard(returnUrl))
                : Login(context, antiforgery, returnUrl, email, LoginPage.Refused, StatusCodes.Status422UnprocessableEntity);
        }
        catch (Exception exception) when (AccountTables.IsUnavailable(exception))
        {
            return Login(context, antiforgery, returnUrl, email, LoginPage.Unavailable, StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>
    /// Signs a person in. The response to a wrong password, an unknown account, and a locked account is the same, so that callers
    /// cannot find out who has an account.
    /// </summary>
    private static async Task<bool> CheckAsync(SignInManager<Account> signIn, string email, string password)
    {
        if (email.Length is 0 or > MaxFieldLength || password.Length is 0 or > MaxFieldLength || email.Any(char.IsControl))
        {
            return false;
        }

        if (await signIn.UserManager.FindByEmailAsync(email) is not { } account)
        {
            // This takes as long as checking a password.
            _ = signIn.UserManager.PasswordHasher.HashPassword(new Account(), password);
            return false;
        }

        return (await signIn.PasswordSignInAsync(account, password, isPersistent: false, lockoutOnFailure: true)).Succeeded;
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery)
    {
        // The token of a form is bound to the person.
        await AuthenticateAsync(context);
        if (!await IsOwnFormAsync(context, antiforgery))
        {
            return StaleForm();
        }

        await context.SignOutAsync(IdentityConstants.ApplicationScheme);
        return new SeeOther("/");
    }

    /// <summary>Gets the address to continue with. Links with addresses of other sites would help phishing.</summary>
    private static string LocalOrDashboard(string? returnUrl)
        => returnUrl is ['/', ..] && returnUrl.All(char.IsAscii) && RedirectHttpResult.IsLocalUrl(returnUrl)
            ? returnUrl
            : DashboardPath;

    private static async Task<bool> IsOwnFormAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (!context.Request.HasFormContentType)
        {
            return false;
        }

        try
        {
            await antiforgery.ValidateRequestAsync(context);
            return true;
        }
        catch (AntiforgeryValidationException)
        {
            return false;
        }
    }

    private static async Task<bool> AuthenticateAsync(HttpContext context)
    {
        var result = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        context.User = result.Principal ?? new ClaimsPrincipal(new ClaimsIdentity());
        return result.Succeeded;
    }

    /// <summary>Gets the signed-in person, or null. Only a form to sign out needs a token.</summary>
    private static async Task<Session?> GetSessionAsync(HttpContext context, IAntiforgery antiforgery)
        => await AuthenticateAsync(context)
            ? new(context.User.Identity!.Name ?? "", FormToken.From(antiforgery.GetAndStoreTokens(context)))
            : null;

    private static Page Login(
        HttpContext context, IAntiforgery antiforgery, string? returnUrl, string email, string? error, int status)
        => Page.Of<LoginPage>(
            new()
            {
                [nameof(LoginPage.ReturnUrl)] = LocalOrDashboard(returnUrl),
                [nameof(LoginPage.Email)] = email,
                [nameof(LoginPage.Error)] = error,
                [nameof(LoginPage.Token)] = FormToken.From(antiforgery.GetAndStoreTokens(context)),
            },
            status);

    private static Page StaleForm() => Page.Of<StaleFormPage>([], StatusCodes.Status400BadRequest);
}
