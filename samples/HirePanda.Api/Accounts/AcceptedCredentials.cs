using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Identity;
using Microsoft.Net.Http.Headers;

namespace HirePanda.Api;

/// <summary>Accepts more than API keys, under the same policies, limits, and allowlists.</summary>
internal static class AcceptedCredentials
{
    private const string IssuerSection = "Authentication:Schemes:" + JwtBearerDefaults.AuthenticationScheme;

    /// <summary>
    /// Accepts the access tokens of this server, the session cookie for reading, and, if configured, JWTs of another issuer.
    /// </summary>
    public static void AcceptCredentials(this ApiKeyBuilder keys, IConfiguration configuration)
    {
        // Browsers send a cookie by themselves, also with a form of another site. So a cookie reads, and never writes.
        keys.AcceptScheme(IdentityConstants.ApplicationScheme, cookie =>
        {
            cookie.Selects = context => IsRead(context.Request) && context.Request.Cookies.ContainsKey(AccountServices.CookieName)
                && context.Request.Headers.Authorization.Count == 0;
            cookie.MapActor = StaffActorResolver.ResolvePerson;
        });
        if (configuration.GetSection(IssuerSection).Exists())
        {
            // The framework reads issuer, audiences, and signing keys from the same section.
            keys.Services.AddAuthentication().AddJwtBearer();
            keys.AcceptScheme(JwtBearerDefaults.AuthenticationScheme, jwt
                => jwt.Selects = context => IsSignedJwt(context.Request));
        }

        keys.AcceptOpenIddictTokens();
    }

    private static bool IsRead(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    /// <summary>
    /// Determines whether the bearer token has the three parts of a signed JWT (RFC 7515). The tokens of this server are
    /// encrypted, and have five (RFC 7516).
    /// </summary>
    private static bool IsSignedJwt(HttpRequest request)
        => request.Headers[HeaderNames.Authorization].ToString().Count(character => character == '.') == 2;
}
