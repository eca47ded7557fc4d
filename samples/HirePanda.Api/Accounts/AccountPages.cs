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

    public static void MapAccountPages(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription()
            .WithMetadata(new RequestSizeLimitAttribute(MaxFormSize));
        pages.MapMethods("/", PageRequest.Read, (Delegate)StartAsync);
        pages.MapMethods(LoginPath, PageRequest.Read, ShowLoginAsync);
        pages.MapPost(LoginPath, SignInAsync);
        pages.MapPost(LogoutPath, (Delegate)SignOutAsync);
        pages.MapMethods(DeniedPath, PageRequest.Read, (Delegate)DeniedAsync);
        pages.MapMethods(SiteStyle.Path, PageRequest.Read, SiteStyle.Get);
    }

    private static async Task<IResult> StartAsync(HttpContext context)
        => Page.Of<StartPage>(new()
        {
            [nameof(StartPage.Origin)] = $"{context.Request.Scheme}://{context.Request.Host}",
            [nameof(StartPage.Session)] = await context.GetSessionAsync(),
        });

    private static async Task<IResult> DeniedAsync(HttpContext context)
        => Page.Of<DeniedPage>(
            new() { [nameof(DeniedPage.Session)] = await context.GetSessionAsync() }, StatusCodes.Status403Forbidden);

    private static Task<IResult> ShowLoginAsync(HttpContext context, AppOrigins origins)
        => LoginAsync(context, origins, context.Request.Query[ReturnUrl], email: "", error: null, StatusCodes.Status200OK);

    private static async Task<IResult> SignInAsync(
        HttpContext context, SignInManager<Account> signIn, AppOrigins origins, CancellationToken cancellationToken)
    {
        if (!await context.IsOwnFormAsync())
        {
            return Page.StaleForm();
        }

        var form = await context.Request.ReadFormAsync(cancellationToken);
        var (email, returnUrl) = (form["email"].ToString(), form[ReturnUrl].ToString());
        try
        {
            return await CheckAsync(signIn, email, form["password"].ToString())
                ? new SeeOther(LocalOrDashboard(returnUrl))
                : await LoginAsync(
                    context, origins, returnUrl, email, LoginPage.Refused, StatusCodes.Status422UnprocessableEntity);
        }
        catch (Exception exception) when (AccountTables.IsUnavailable(exception))
        {
            return await LoginAsync(
                context, origins, returnUrl, email, LoginPage.Unavailable, StatusCodes.Status503ServiceUnavailable);
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

    private static async Task<IResult> SignOutAsync(HttpContext context)
    {
        await context.AuthenticatePersonAsync();
        if (!await context.IsOwnFormAsync())
        {
            return Page.StaleForm();
        }

        await context.SignOutAsync(IdentityConstants.ApplicationScheme);
        return new SeeOther("/");
    }

    /// <summary>Gets the address to continue with. Links with addresses of other sites would help phishing.</summary>
    private static string LocalOrDashboard(string? returnUrl)
        => returnUrl is ['/', ..] && returnUrl.All(char.IsAscii) && RedirectHttpResult.IsLocalUrl(returnUrl)
            ? returnUrl
            : DashboardPath;

    private static async Task<IResult> LoginAsync(
        HttpContext context, AppOrigins origins, string? returnUrl, string email, string? error, int status)
    {
        var address = LocalOrDashboard(returnUrl);
        var parameters = new Dictionary<string, object?>
        {
            [nameof(LoginPage.ReturnUrl)] = address,
            [nameof(LoginPage.Email)] = email,
            [nameof(LoginPage.Error)] = error,
            [nameof(LoginPage.Token)] = context.GetFormToken(),
        };
        return Page.Of<LoginPage>(parameters, status, await origins.FindAsync(address, context.RequestAborted));
    }
}
