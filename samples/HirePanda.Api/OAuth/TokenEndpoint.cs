using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>
/// Exchanges a code or a refresh token that OpenIddict has checked. The person's rights are read again, so a token never outlives
/// the rights that it came from by more than its own lifetime.
/// </summary>
internal static class TokenEndpoint
{
    public static async Task<IResult> HandleAsync(HttpContext context, SignInManager<Account> signIn, PersonGrant grants)
    {
        var result = await context.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        var previous = result.Principal!;
        var account = await signIn.UserManager.FindByIdAsync(previous.GetClaim(Claims.Subject)!);
        if (account is null || !await signIn.CanSignInAsync(account))
        {
            return OAuthAnswer.Refuse(Errors.InvalidGrant, "The person can no longer sign in.");
        }

        context.User = await signIn.CreateUserPrincipalAsync(account);
        return await grants.CreateAsync(context, previous.GetScopes()) is { } grant
            ? OAuthAnswer.Grant(grant.SetAuthorizationId(previous.GetAuthorizationId()))
            : OAuthAnswer.Refuse(Errors.InvalidGrant, "The person can no longer grant this access.");
    }
}
