using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Skips a second authentication if a policy names only the API key scheme or the selector, and the request's user is the
/// principal that this scheme created, because the result would be the same. In all other cases (another default scheme, several
/// schemes, a user that was replaced or transformed) it behaves like the framework.
/// </summary>
internal sealed class ApiKeyPolicyEvaluator(IAuthorizationService authorization) : PolicyEvaluator(authorization)
{
    public override Task<AuthenticateResult> AuthenticateAsync(AuthorizationPolicy policy, HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(context);
#pragma warning disable RS0030 // The task has completed, so reading its result does not block.
        return policy.AuthenticationSchemes is [var scheme]
            && FindResult(context, scheme) is { IsCompletedSuccessfully: true } done
            && done.Result is { Succeeded: true } result && result.Principal == context.User
                ? done
                : base.AuthenticateAsync(policy, context);
#pragma warning restore RS0030
    }

    private static Task<AuthenticateResult>? FindResult(HttpContext context, string scheme) => scheme switch
    {
        ApiKeyDefaults.AuthenticationScheme => ApiKeyRequest.Find(context)?.Result,
        ApiKeyDefaults.SelectorScheme => ApiKeyRequest.Find(context) is { } request ? request.Selected ?? request.Result : null,
        _ => null,
    };
}
