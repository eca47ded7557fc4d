using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Spares a policy that pins our scheme a second authentication where the middleware has just done the first: the result would be the same. Anything
/// else (another default scheme, several schemes, a user that somebody replaced) goes the framework's way.
/// </summary>
internal sealed class ApiKeyPolicyEvaluator(IAuthorizationService authorization) : PolicyEvaluator(authorization)
{
    public override Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(context);
        return policy.AuthenticationSchemes is [ApiKeyDefaults.AuthenticationScheme]
            && context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult is { Succeeded: true, Ticket.AuthenticationScheme: ApiKeyDefaults.AuthenticationScheme } result
            && result.Principal == context.User
                ? Task.FromResult(result)
                : base.AuthenticateAsync(policy, context);
    }
}
