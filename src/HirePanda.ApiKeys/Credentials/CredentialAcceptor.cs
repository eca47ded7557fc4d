using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Decides about a caller that an accepted scheme has authenticated, as <see cref="ApiKeyVerifier"/> does about a key: workspace
/// and rights, allowlist, rate limit, principal, and usage.
/// </summary>
internal sealed class CredentialAcceptor(
    WorkspaceLookup workspaces,
    ApiKeySettings settings,
    AllowlistReports allowlists,
    LimitReports limits,
    MonotonicClock clock,
    TimeProvider time,
    ApiKeyMetrics metrics,
    ResponseHeaders headers,
    RequestCompletion completion,
    ILogger<CredentialAcceptor> logger,
    ISharedRateLimiter? shared = null)
{
    /// <summary>The maximum length of the names that a credential can give a workspace, an actor, and a client.</summary>
    private const int MaxNameLength = 200;

    private static readonly AuthenticateResult _refused = AuthenticateResult.Fail("The credential was refused.");

    /// <summary>The library's own resolver, or null if the host has another one, which may be scoped.</summary>
    private ApiKeyActorResolver? _resolver;

    /// <summary>Refuses a request whose scheme could not check it, for example because it could not reach its issuer.</summary>
    public AuthenticateResult Refuse(ApiKeyRequest request, AcceptedScheme scheme, Exception? exception)
    {
        Log.SchemeFailed(logger, exception, scheme.Name);
        request.Refusal = ApiKeyError.Unavailable;
        return _refused;
    }

    /// <summary>Decides about a caller.</summary>
    /// <param name="request">The request.</param>
    /// <param name="scheme">The scheme that has authenticated the caller.</param>
    /// <param name="source">The principal that the scheme created.</param>
    /// <param name="properties">The properties of the scheme's ticket.</param>
    public async ValueTask<AuthenticateResult> AcceptAsync(
        ApiKeyRequest request, AcceptedScheme scheme, ClaimsPrincipal source, AuthenticationProperties? properties)
    {
        // The key scheme has found no token, so the credential is one that a browser may send by itself.
        request.IsAmbient = request.Verdict.Outcome == ApiKeyOutcome.Missing;
        var identity = new AcceptedIdentity(scheme, source, settings.Current.Catalog);
        var principal = new ClaimsPrincipal(identity);
        principal.AddIdentities(source.Identities);
        var (refusal, now) = await EvaluateAsync(request.Context, principal, identity).ConfigureAwait(false);
        if (identity.Client is { } client)
        {
            request.Client = client;
            request.SetCaller();
            refusal ??= Admit(request, client, await TakeAsync(client, request.Cost, now).ConfigureAwait(false));
        }

        request.Refusal = refusal;
        headers.Attach(request);
        completion.Attach(request);
        return refusal is null
            ? AuthenticateResult.Success(new AuthenticationTicket(principal, properties, scheme.Name))
            : _refused;
    }

    /// <summary>Evaluates a caller again, later in its request. It does not take a permit.</summary>
    /// <returns>The error, or null if the caller is still admitted, and whether its rights have changed.</returns>
    public async ValueTask<(ApiKeyError? Refusal, bool HasChanged)> ReevaluateAsync(
        HttpContext context, AcceptedIdentity identity)
    {
        if (await FindEndAsync(context, identity).ConfigureAwait(false) is { } end)
        {
            return (end, false);
        }

        var before = identity.Grant;
        var (refusal, _) = await EvaluateAsync(context, context.User, identity).ConfigureAwait(false);
        return (refusal, identity.Grant != before);
    }

    /// <summary>Asks the scheme whether the credential has ended. The result is null if it has not.</summary>
    private async ValueTask<ApiKeyError?> FindEndAsync(HttpContext context, AcceptedIdentity identity)
    {
        try
        {
            return identity.Scheme.IsStillValid is not { } isStillValid
                || await isStillValid(context, identity.Source).ConfigureAwait(false)
                    ? null
                    : ApiKeyError.Invalid;
        }
#pragma warning disable CA1031 // A host's delegate can throw any exception. The credential is then unknown.
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.SchemeFailed(logger, exception, identity.Scheme.Name);
            return ApiKeyError.Unavailable;
        }
    }

    /// <summary>Takes the cost of a request from the limit of its client. The result is null if no limit can be asked.</summary>
    private ValueTask<RateLimitDecision?> TakeAsync(LiveClient client, int cost, long now) => shared is null
        ? new(RateLimiter.Take(client.Limits, client.Buckets, cost, clock.From(now)))
        : shared.TakeAsync(client.Family, client.Limits, client.Buckets, cost, clock.From(now));

    /// <summary>Decides about a request by the limit of its client.</summary>
    private ApiKeyError? Admit(ApiKeyRequest request, LiveClient client, RateLimitDecision? decision)
    {
        if (decision is not { } limit)
        {
            return ApiKeyError.Unavailable;
        }

        metrics.CountDecision(limit.Admitted);
        limits.Check(client.Activity, key: null, limit, request.StartedAt);

        // The caller has no key, so the outcome stays as it was. The verdict has the limit for the response headers.
        request.Verdict = new(request.Verdict.Outcome, live: null, limit);
        if (!limit.Admitted)
        {
            return ApiKeyError.RateLimited with
            {
                RetryAfter = TimeSpan.FromSeconds(Math.Max(1, RateLimitDecision.Seconds(limit.Wait))),
            };
        }

        if (client.Workspace.Allowlist is { IsReportOnly: true } allowlist)
        {
            allowlists.Check(allowlist, client.Workspace.Id, client.Id, request.Address, request.StartedAt);
        }

        return null;
    }

    /// <summary>Sets the client and the rights of a caller, and checks the allowlist of its workspace.</summary>
    /// <returns>The error, or null if there is none, and the time of the decision, in ticks.</returns>
    private async ValueTask<(ApiKeyError? Refusal, long Now)> EvaluateAsync(
        HttpContext context, ClaimsPrincipal principal, AcceptedIdentity identity)
    {
        ApiKeyActor? actor;
        try
        {
            actor = await ResolveAsync(context, principal, identity).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A host's resolver can throw any exception. The caller is then unknown.
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.ActorUnresolved(logger, exception, identity.Scheme.Name);
            return (ApiKeyError.Unavailable, 0);
        }

        if (actor is null || !IsName(actor.Workspace) || !IsName(actor.Id) || !IsName(actor.ClientId ?? actor.Id))
        {
            Log.NoWorkspace(logger, identity.Scheme.Name);
            return (ApiKeyError.NoClient, 0);
        }

        var now = time.GetUtcNow().UtcTicks;
        if (workspaces.FindCached(actor.Workspace, now) is not { } workspace)
        {
            if (await workspaces.FindAsync(actor.Workspace, context.RequestAborted).ConfigureAwait(false) is not { } read)
            {
                return (ApiKeyError.Unavailable, 0);
            }

            (workspace, now) = (read, time.GetUtcNow().UtcTicks);
        }

        identity.SetActor(actor, workspace);
        return (workspace.Admits(context.Connection.RemoteIpAddress) ? null : ApiKeyError.AddressNotAllowed, now);
    }

    /// <summary>Asks the resolver. One of the host reads the user of the request.</summary>
    private ValueTask<ApiKeyActor?> ResolveAsync(
        HttpContext context, ClaimsPrincipal principal, AcceptedIdentity identity)
    {
        if (_resolver is not { } own)
        {
            var resolver = context.RequestServices.GetRequiredService<IApiKeyActorResolver>();
            if (resolver is not ApiKeyActorResolver found)
            {
                return ResolveAsync(resolver, context, principal);
            }

            _resolver = own = found;
        }

        return new(own.Resolve(identity));
    }

    private static async ValueTask<ApiKeyActor?> ResolveAsync(
        IApiKeyActorResolver resolver, HttpContext context, ClaimsPrincipal principal)
    {
        var user = context.User;
        context.User = principal;
        try
        {
            return await resolver.ResolveAsync(context, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            context.User = user;
        }
    }

    private static bool IsName([NotNullWhen(true)] string? name)
        => name is { Length: > 0 and <= MaxNameLength } && Characters.AreText(name);
}
