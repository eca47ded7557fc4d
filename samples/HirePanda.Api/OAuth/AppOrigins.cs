using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>
/// Finds the origins of apps for the content security policy. In Chromium, <c>form-action</c> also covers the redirects after a
/// form, and consent ends with a redirect to the app.
/// </summary>
internal sealed class AppOrigins(IOpenIddictApplicationManager apps)
{
    /// <summary>
    /// Gets the origin of a redirect address. The result is null if its host has no name in ASCII, which the policy needs.
    /// </summary>
    public static string? Get(Uri address)
    {
        try
        {
            var origin = new UriBuilder(address.Scheme, address.IdnHost, address.Port).Uri.GetLeftPart(UriPartial.Authority);
            return Ascii.IsValid(origin) ? origin : null;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    /// <summary>Finds the origin of the app to which a local address leads.</summary>
    /// <returns>The origin, or null if the address is not a request for authorization of a registered app.</returns>
    public async Task<string?> FindAsync(string returnUrl, CancellationToken cancellationToken)
    {
        if (!returnUrl.StartsWith(OAuthServices.AuthorizePath + "?", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var query = QueryHelpers.ParseQuery(returnUrl[OAuthServices.AuthorizePath.Length..]);
        if (query.GetValueOrDefault(Parameters.ClientId) is not [{ Length: > 0 } id]
            || query.GetValueOrDefault(Parameters.RedirectUri) is not [{ Length: > 0 } address])
        {
            return null;
        }

        try
        {
            return await apps.FindByClientIdAsync(id, cancellationToken) is { } app
                && await apps.ValidateRedirectUriAsync(app, address, cancellationToken)
                    ? Get(new Uri(address))
                    : null;
        }
        catch (Exception exception) when (AccountTables.IsUnavailable(exception) || AccountTables.IsInvalid(exception))
        {
            return null;
        }
    }
}
