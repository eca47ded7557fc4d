using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace HirePanda.Api;

/// <summary>Adds a person's workspace to the claims in the cookie.</summary>
internal sealed class AccountClaims(UserManager<Account> accounts, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<Account>(accounts, options)
{
    public const string Workspace = "workspace";

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        if (!string.IsNullOrEmpty(user.Workspace))
        {
            identity.AddClaim(new Claim(Workspace, user.Workspace));
        }

        return identity;
    }
}
