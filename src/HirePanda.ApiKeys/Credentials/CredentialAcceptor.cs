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
    AllowlistReports reports,
    MonotonicClock clock,
    ApiKeyMetrics metrics,
    ResponseHeaders headers,
    RequestCompletion completion,
    ILogger<CredentialAcceptor> logger)
{
    /// <summary>The maximum length of the names that a credential can give a workspace, an actor, and a client.</summary>
    private const int MaxNameLength = 200;

    private static readonly AuthenticateResult _refused = AuthenticateResult.Fail("The credential was refused.");

    /// <summary>Authenticates a request with an accepted scheme, and decides about the caller.</summary>
    public async Task<AuthenticateResult> AcceptAsync(ApiKeyRequest request, AcceptedScheme scheme)
    {
        var context = request.Context;
        var result = await context.AuthenticateAsync(scheme.Name).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            return result;
        }

        // The key scheme has found no token, so the credential is one that a browser may send by itself.
        request.IsAmbient = request.Verdict.Outcome == ApiKeyOutcome.Missing;
        var identity = new AcceptedIdentity(scheme, result.Principal);
        var principal = new ClaimsPrincipal([identity, .. result.Principal.Identities]);
        var outcome = await AdmitAsync(request, principal, identity).ConfigureAwait(false);
        headers.Attach(request);
        completion.Attach(request);
        if (outcome == ApiKeyOutcome.Valid)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(principal, result.Properties, scheme.Name));
        }

        metrics.CountVerification(outcome, request.StartedAt);
        return _refused;
    }

    /// <summary>Evaluates a caller again, later in its request. It does not take a permit.</summary>
    /// <returns>The outcome, and whether the rights have changed.</returns>
    public async ValueTask<(ApiKeyOutcome Outcome, bool HasChanged)> ReevaluateAsync(
        HttpContext context, AcceptedIdentity identity)
    {
        var before = identity.Grant;
        var (outcome, _, _) = await EvaluateAsync(context, context.User, identity).ConfigureAwait(false);
        return (outcome, identity.Grant != before);
    }

    private async ValueTask<ApiKeyOutcome> AdmitAsync(ApiKeyRequest request, ClaimsPrincipal principal, AcceptedIdentity identity)
    {
        var context = request.Context;
        var (outcome, workspace, client) = await EvaluateAsync(context, principal, identity).ConfigureAwait(false);
        var limit = default(RateLimitDecision);
        if (workspace is not null)
        {
            request.Client = workspace.GetClient(client!);
            request.SetCaller();
            if (outcome == ApiKeyOutcome.Valid)
            {
                limit = RateLimiter.Take(request.Client.Limits, request.Client.Buckets, request.Cost, clock.Now);
                outcome = limit.Admitted ? ApiKeyOutcome.Valid : ApiKeyOutcome.RateLimited;
                metrics.CountDecision(limit.Admitted);
            }
        }

        if (outcome == ApiKeyOutcome.Valid && workspace is { Allowlist: { IsReportOnly: true } allowlist })
        {
            reports.Check(allowlist, workspace.Id, request.Client!.Id, request.Address, request.StartedAt);
        }

        // An admitted caller has no key, so the verdict about the key stays as it was.
        request.Verdict = new(outcome == ApiKeyOutcome.Valid ? request.Verdict.Outcome : outcome, live: null, limit);
        return outcome;
    }

    /// <summary>Finds the workspace and the rights of a caller, and checks the allowlist of the workspace.</summary>
    /// <returns>The outcome, with the workspace and the client, which are null if they are unknown.</returns>
    private async ValueTask<(ApiKeyOutcome Outcome, LiveWorkspace? Workspace, string? Client)> EvaluateAsync(
        HttpContext context, ClaimsPrincipal principal, AcceptedIdentity identity)
    {
        ApiKeyActor? actor;
        try
        {
            actor = await ResolveAsync(context, principal).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A host's resolver can throw any exception. The caller is then unknown.
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.ActorUnresolved(logger, exception, identity.Scheme.Name);
            return (ApiKeyOutcome.Unavailable, null, null);
        }

        if (actor is null || !IsName(actor.Workspace) || !IsName(actor.Id) || !IsName(actor.ClientId ?? actor.Id))
        {
            Log.NoWorkspace(logger, identity.Scheme.Name);
            return (ApiKeyOutcome.NoWorkspace, null, null);
        }

        var workspace = await workspaces.FindAsync(actor.Workspace, context.RequestAborted).ConfigureAwait(false);
        if (workspace is null)
        {
            return (ApiKeyOutcome.Unavailable, null, null);
        }

        identity.SetActor(actor, workspace.Catalog);
        return (workspace.Check(context.Connection.RemoteIpAddress), workspace, actor.ClientId ?? actor.Id);
    }

    /// <summary>Asks the resolver, which reads the user of the request.</summary>
    private static async ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, ClaimsPrincipal principal)
    {
        var user = context.User;
        context.User = principal;
        try
        {
            return await context.RequestServices.GetRequiredService<IApiKeyActorResolver>()
                .ResolveAsync(context, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            context.User = user;
        }
    }

    private static bool IsName([NotNullWhen(true)] string? name)
        => name is { Length: > 0 and <= MaxNameLength } && Characters.AreText(name);
}
