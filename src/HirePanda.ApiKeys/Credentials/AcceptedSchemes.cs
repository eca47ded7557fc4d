using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>Selects the accepted scheme for a request without an API key.</summary>
internal sealed class AcceptedSchemes(
    IEnumerable<AcceptedScheme> schemes,
    IAuthenticationSchemeProvider registered,
    IOptionsMonitor<CookieAuthenticationOptions> cookies)
{
    private Selection[]? _selections;

    /// <summary>Finds the scheme that authenticates a request. The result is null if none does.</summary>
    /// <param name="context">The request, which has no API key.</param>
    /// <param name="hasToken">True if it has another bearer token.</param>
    public ValueTask<AcceptedScheme?> FindAsync(HttpContext context, bool hasToken)
        => _selections is { } selections
            ? new(Find(selections, context, hasToken))
            : CompileAndFindAsync(context, hasToken);

    /// <summary>Checks that the host has registered every accepted scheme.</summary>
    /// <exception cref="InvalidOperationException">A scheme is not registered.</exception>
    public async Task ValidateAsync() => _selections = await CompileAsync().ConfigureAwait(false);

    private static AcceptedScheme? Find(Selection[] selections, HttpContext context, bool hasToken)
    {
        foreach (var (scheme, selects) in selections)
        {
            if (selects(context, hasToken))
            {
                return scheme;
            }
        }

        return null;
    }

    private async ValueTask<AcceptedScheme?> CompileAndFindAsync(HttpContext context, bool hasToken)
        => Find(_selections = await CompileAsync().ConfigureAwait(false), context, hasToken);

    private async Task<Selection[]> CompileAsync()
    {
        var selections = new List<Selection>();
        foreach (var scheme in schemes.OrderBy(scheme => scheme.Selects is null))
        {
            var found = await registered.GetSchemeAsync(scheme.Name).ConfigureAwait(false)
                ?? throw new InvalidOperationException(
                    $"AcceptScheme(\"{scheme.Name}\") names an authentication scheme that is not registered. Register it, for "
                    + $"example with AddAuthentication().AddJwtBearer(\"{scheme.Name}\") for tokens or "
                    + $"AddAuthentication().AddCookie(\"{scheme.Name}\") for cookies.");
            selections.Add(new(
                scheme,
                scheme.Selects is { } selects ? (context, _) => selects(context)
                    : typeof(CookieAuthenticationHandler).IsAssignableFrom(found.HandlerType)
                        ? (context, hasToken) => !hasToken && HasCookie(context, cookies.Get(scheme.Name))
                        : (_, hasToken) => hasToken));
        }

        return [.. selections];
    }

    private static bool HasCookie(HttpContext context, CookieAuthenticationOptions options)
        => context.Request.Headers.Authorization.Count == 0
            && options.CookieManager.GetRequestCookie(context, options.Cookie.Name!) is not null;

    private sealed record Selection(AcceptedScheme Scheme, Func<HttpContext, bool, bool> Selects);
}
