using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Writes the body of a refusal once, after every scheme of the policy has set its status and headers. It passes the missing
/// permissions to the API key scheme, and notifies the endpoint of refused callers.
/// </summary>
internal sealed class ApiKeyAuthorizationResultHandler(IAuthorizationMiddlewareResultHandler inner, ApiKeySettings settings)
    : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        => authorizeResult.Succeeded
            ? inner.HandleAsync(next, context, policy, authorizeResult)
            : RefuseAsync(next, context, policy, authorizeResult);

    private async Task RefuseAsync(
        RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult result)
    {
        var pending = new PendingErrorResponse
        {
            Missing =
            [
                .. (result.AuthorizationFailure?.FailedRequirements ?? []).OfType<PermissionRequirement>()
                    .Select(requirement => requirement.Name).Distinct(),
            ],
        };
        ApiKeyRequest.Get(context).PendingErrorResponse = pending;
        var metadata = context.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<NotStored>() is not null && !context.Response.HasStarted)
        {
            context.Response.Headers.CacheControl = NotStored.CacheControl;
        }

        if (result.Forbidden && metadata?.GetMetadata<IRefusalObserver>() is { } observer)
        {
            await observer.RefusedAsync(context).ConfigureAwait(false);
        }

        try
        {
            await inner.HandleAsync(next, context, policy, result).ConfigureAwait(false);
        }
        finally
        {
            pending.IsOpen = false;
        }

        if (pending.Error is not { } error || context.Response.HasStarted)
        {
            return;
        }

        // Another bearer scheme responds with 401 to a token that it does not accept. The status of the API key scheme is more
        // precise, so it replaces a 401. A redirect stays.
        if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
        {
            context.Response.StatusCode = error.Status;
        }

        if (context.Response.StatusCode == error.Status)
        {
            await ErrorWriter.WriteBodyAsync(context, error, settings.Current.Options.UseProblemDetails).ConfigureAwait(false);
        }
    }
}
