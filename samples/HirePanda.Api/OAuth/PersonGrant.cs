using System.Security.Claims;
using HirePanda.ApiKeys;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>Creates what a person hands to an app: the content of tokens. It never exceeds what the person may do.</summary>
internal sealed class PersonGrant(IApiKeyActorResolver actors, OAuthScopes scopes)
{
    /// <summary>The audience of access tokens.</summary>
    public const string Audience = "hirepanda-api";

    /// <summary>Creates a grant of the person who is the user of the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="requested">The scopes that the app asks for.</param>
    /// <returns>
    /// The grant with those of the scopes that the person may hand out, or null if the person may hand out none for the API.
    /// </returns>
    public async Task<ClaimsIdentity?> CreateAsync(HttpContext context, IEnumerable<string> requested)
    {
        if (await actors.ResolveAsync(context, context.RequestAborted) is not { Workspace.Length: > 0 } actor)
        {
            return null;
        }

        var granted = requested.Where(scopes.GetGrantable(actor).Contains).ToList();
        if (!granted.Any(OAuthScopes.IsOfApi) && requested.Any(OAuthScopes.IsOfApi))
        {
            return null;
        }

        var person = context.User;
        return new ClaimsIdentity("OAuth")
            .SetClaim(Claims.Subject, person.FindFirstValue(ClaimTypes.NameIdentifier))
            .SetClaim(Claims.Email, person.FindFirstValue(ClaimTypes.Email))
            .SetClaim(AccountClaims.Workspace, actor.Workspace)
            .SetScopes(granted).SetResources(Audience)
            .SetDestinations(claim => claim.Type switch
            {
                Claims.Email => [Destinations.IdentityToken],
                _ => [Destinations.AccessToken],
            });
    }
}
