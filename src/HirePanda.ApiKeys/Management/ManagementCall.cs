using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// One call of management. The body is read first, and the caller is evaluated after that, because a body can take longer than
/// rights last. The store compares the actor's key with the key that was evaluated.
/// </summary>
internal sealed class ManagementCall
{
    /// <summary>How often a call starts again because the actor's key was changed while it was under way.</summary>
    private const int MaxAttempts = 3;

    /// <summary>How long a call may read: its body, and then the store.</summary>
    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(30);

    /// <summary>The body of the request; empty if it has none.</summary>
    public required byte[] Body { get; init; }

    /// <summary>Gets the actor, as evaluated after the body was read.</summary>
    public ApiKeyActor Actor { get; private set; } = null!;

    /// <summary>The filter of the management endpoints.</summary>
    public static async ValueTask<object?> RunAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var context = call.HttpContext;
        var hangsUp = context.RequestAborted;
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        using var timeout = new CancellationTokenSource(_timeLimit, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(hangsUp, timeout.Token);
        context.RequestAborted = ends.Token;
        context.Response.Headers.CacheControl = NotStored.CacheControl;
        try
        {
            return CrossSiteRequest.Refusal(context) ?? await ReadAndRunAsync(call, next, timeout).ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            return new ErrorAnswer(JsonBody.Unreadable(exception));
        }
#pragma warning disable CA1031 // Whatever a store throws means that it cannot answer.
        catch (Exception exception) when (!hangsUp.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.ManagementStoreFailed(context.RequestServices.GetRequiredService<ILogger<ApiKeyManager>>(), exception);
            return new ErrorAnswer(ApiKeyError.StoreUnavailable);
        }
        finally
        {
            context.RequestAborted = hangsUp;
        }
    }

    private static async Task<object?> ReadAndRunAsync(
        EndpointFilterInvocationContext call, EndpointFilterDelegate next, CancellationTokenSource timeout)
    {
        var context = call.HttpContext;
        var management = new ManagementCall { Body = await ReadAsync(context, timeout).ConfigureAwait(false) };
        context.Features.Set(management);
        for (var attempt = 1; ; attempt++)
        {
            if (await management.EvaluateAsync(context).ConfigureAwait(false) is { } refusal)
            {
                return new ErrorAnswer(refusal);
            }

            var answer = await next(call).ConfigureAwait(false);
            if (answer is not ErrorAnswer { IsOfChangedActor: true } || attempt == MaxAttempts)
            {
                return answer;
            }

            // Another process changed the actor's key a moment ago, and this process does not know it yet.
            context.RequestServices.GetRequiredService<KeyLookup>().Forget(management.Actor.Key!.Hash);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContext context, CancellationTokenSource timeout)
    {
        try
        {
            return context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
                ? []
                : await JsonBody.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body did not arrive in time.", StatusCodes.Status408RequestTimeout);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            // Of some mistakes in the framing of a body the server says no more.
            throw new BadHttpRequestException("The body cannot be read.", exception);
        }
    }

    /// <summary>Evaluates the caller as it is now, without taking another permit.</summary>
    /// <returns>Why it may not call; null if it may.</returns>
    private async Task<ApiKeyError?> EvaluateAsync(HttpContext context)
    {
        // A key says whether it has changed. A person may have lost rights while the body arrived, and cannot say so.
        var mayHaveChanged = Body.Length > 0;
        var caller = CallerIdentity.Find(context.User);
        if (caller is AcceptedIdentity accepted && mayHaveChanged)
        {
            var acceptor = context.RequestServices.GetRequiredService<CredentialAcceptor>();
            (var refusal, mayHaveChanged) = await acceptor.ReevaluateAsync(context, accepted).ConfigureAwait(false);
            if (refusal is not null)
            {
                return refusal;
            }
        }

        if (caller is ApiKeyIdentity identity)
        {
            mayHaveChanged = false;
            var verifier = context.RequestServices.GetRequiredService<ApiKeyVerifier>();
            var verdict = await verifier.ReevaluateAsync(
                identity.Live, context.Connection.RemoteIpAddress, context.RequestAborted).ConfigureAwait(false);
            if (!verdict.IsValid)
            {
                return ApiKeyError.For(verdict.Outcome, verdict.RetryAfter);
            }

            if (verdict.Live!.Key != identity.Live.Key)
            {
                context.User = identity.ReplaceIn(context.User, verdict.Live);
                mayHaveChanged = true;
            }
        }

        if (mayHaveChanged && !await IsAuthorizedAsync(context).ConfigureAwait(false))
        {
            if (context.GetEndpoint()!.Metadata.GetMetadata<IRefusalObserver>() is { } observer)
            {
                await observer.RefusedAsync(context).ConfigureAwait(false);
            }

            return ApiKeyError.Forbidden;
        }

        var resolver = context.RequestServices.GetRequiredService<IApiKeyActorResolver>();
        var resolved = await resolver.ResolveAsync(context, context.RequestAborted).ConfigureAwait(false);
        if (resolved is not { Workspace.Length: > 0 } actor)
        {
            return ApiKeyError.NoWorkspace;
        }

        Actor = actor with { Address = context.Connection.RemoteIpAddress };
        return null;
    }

    /// <summary>Asks the endpoint's policies again.</summary>
    private static async Task<bool> IsAuthorizedAsync(HttpContext context)
    {
        var metadata = context.GetEndpoint()!.Metadata;
        var policy = await AuthorizationPolicy.CombineAsync(
            context.RequestServices.GetRequiredService<IAuthorizationPolicyProvider>(),
            metadata.GetOrderedMetadata<IAuthorizeData>(),
            metadata.GetOrderedMetadata<AuthorizationPolicy>()).ConfigureAwait(false);
        return policy is null || (await context.RequestServices.GetRequiredService<IAuthorizationService>()
            .AuthorizeAsync(context.User, context, policy).ConfigureAwait(false)).Succeeded;
    }
}
