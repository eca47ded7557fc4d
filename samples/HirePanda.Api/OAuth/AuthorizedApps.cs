using System.Security.Claims;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>The page on which people see the apps that they allowed, and withdraw the access.</summary>
internal static class AuthorizedApps
{
    public const string Path = "/authorized-apps";
    public const string App = "app";

    public static void Map(IEndpointRouteBuilder pages)
    {
        pages.MapMethods(Path, PageRequest.Read, ShowAsync);
        pages.MapPost(Path, WithdrawAsync);
    }

    private static async Task<IResult> ShowAsync(
        HttpContext context, IOpenIddictAuthorizationManager authorizations, IOpenIddictApplicationManager apps)
    {
        if (await context.GetSessionAsync() is not { } session)
        {
            return new SeeOther(AccountPages.LoginPath + QueryString.Create(AccountPages.ReturnUrl, Path));
        }

        var rows = new Dictionary<string, AuthorizedApp>(StringComparer.Ordinal);
        var allowed = authorizations.FindAsync(
            GetSubject(context), null, Statuses.Valid, AuthorizationTypes.Permanent, scopes: null, context.RequestAborted);
        await foreach (var authorization in allowed)
        {
            var id = (await authorizations.GetApplicationIdAsync(authorization))!;
            if (!rows.TryGetValue(id, out var row) && await apps.FindByIdAsync(id) is { } app)
            {
                row = rows[id] = new(id, await apps.GetDisplayNameAsync(app) ?? "", []);
            }

            row?.Scopes.UnionWith(await authorizations.GetScopesAsync(authorization));
        }

        return Page.Of<AuthorizedAppsPage>(new()
        {
            [nameof(AuthorizedAppsPage.Apps)] = rows.Values.OrderBy(row => row.Name, StringComparer.OrdinalIgnoreCase)
                .ThenBy(row => row.Id, StringComparer.Ordinal).ToList(),
            [nameof(AuthorizedAppsPage.Session)] = session,
        });
    }

    private static async Task<IResult> WithdrawAsync(
        HttpContext context, IOpenIddictAuthorizationManager authorizations, IOpenIddictTokenManager tokens)
    {
        if (!await context.AuthenticatePersonAsync() || !await context.IsOwnFormAsync()
            || context.Request.Form[App].ToString() is not { Length: > 0 } app)
        {
            return Page.StaleForm();
        }

        // The authorization ends first, because a token that the app gets meanwhile is worth nothing without it.
        await authorizations.RevokeAsync(GetSubject(context), app, status: null, type: null, context.RequestAborted);
        await tokens.RevokeAsync(GetSubject(context), app, status: null, type: null, context.RequestAborted);
        return new SeeOther(Path);
    }

    private static string GetSubject(HttpContext context) => context.User.FindFirstValue(ClaimTypes.NameIdentifier)!;
}

/// <summary>An app that a person allowed.</summary>
/// <param name="Id">The internal id of the app.</param>
/// <param name="Name">The name that the app is registered with.</param>
/// <param name="Scopes">The scopes that the person allowed.</param>
public sealed record AuthorizedApp(string Id, string Name, SortedSet<string> Scopes);
