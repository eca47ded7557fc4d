using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Spares a policy that pins our scheme a second authentication where the request's user is the very principal that our scheme
/// made: the result would be the same. Anything else (another default scheme, several schemes, a user that somebody replaced or
/// transformed) goes the framework's way.
/// </summary>
internal sealed class ApiKeyPolicyEvaluator(IAuthorizationService authorization) : PolicyEvaluator(authorization)
{
    public override Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(context);
#pragma warning disable RS0030 // It has completed: nothing blocks.
        return policy.AuthenticationSchemes is [ApiKeyDefaults.AuthenticationScheme]
            && ApiKeyRequest.Find(context) is { Result: { IsCompletedSuccessfully: true } done }
            && done.Result is { Succeeded: true } result && result.Principal == context.User
                ? done
                : base.AuthenticateAsync(policy, context);
#pragma warning restore RS0030
    }
}
