using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Server.AspNetCore;

namespace HirePanda.Api;

/// <summary>The outcomes that OpenIddict tells the app.</summary>
internal static class OAuthAnswer
{
    private static readonly string[] _scheme = [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme];

    /// <summary>Issues a code or tokens.</summary>
    public static IResult Grant(ClaimsIdentity grant)
        => Results.SignIn(new ClaimsPrincipal(grant), authenticationScheme: _scheme[0]);

    /// <summary>Refuses the request of the app.</summary>
    /// <param name="error">The code, as RFC 6749 and OpenID Connect define it.</param>
    /// <param name="description">The reason in words.</param>
    public static IResult Refuse(string error, string description)
        => Results.Forbid(
            new AuthenticationProperties(new Dictionary<string, string?>
            {
                [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
                [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
            }),
            _scheme);
}
