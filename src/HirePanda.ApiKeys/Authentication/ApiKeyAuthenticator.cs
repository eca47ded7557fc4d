using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Authenticates a request: reads its credential, has it verified and makes its principal, with the host's events in between. The usual
/// request, a cached key and no event that anybody handles, goes through without a task of its own.
/// </summary>
internal sealed class ApiKeyAuthenticator(
    ApiKeySettings settings,
    ApiKeyVerifier verifier,
    FailedAttempts failures,
    ResponseFields fields,
    ApiKeyMetrics metrics,
    TimeProvider time,
    ILogger<ApiKeyHandler> logger)
{
    private static readonly ApiKeyEvents _noEvents = new();
    private static readonly AuthenticateResult _rejected = AuthenticateResult.Fail("The API key was refused.");
    private static readonly Task<AuthenticateResult> _isRejected = Task.FromResult(_rejected);
    private static readonly Task<AuthenticateResult> _isNothing = Task.FromResult(AuthenticateResult.NoResult());

    public ApiKeyOptions Options => settings.Current.Options;

    /// <summary>The host's events; those of a type of its own are its service.</summary>
    public ApiKeyEvents Events(HttpContext context)
    {
        var options = Options;
        return options.EventsType is { } type
            ? (ApiKeyEvents)context.RequestServices.GetRequiredService(type)
            : ((AuthenticationSchemeOptions)options).Events as ApiKeyEvents ?? _noEvents;
    }

    /// <summary>The result for a request, found once.</summary>
    public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, AuthenticationScheme scheme)
    {
        var request = ApiKeyRequest.Of(context);
        return request.Result ??= AuthenticateAsync(request, scheme);
    }

    /// <summary>Counts a token that another scheme might have taken, and none did, as a failed attempt.</summary>
    public void CountUntaken(HttpContext context) => failures.Count(context.Connection.RemoteIpAddress, null, time.GetUtcNow().UtcTicks);

    private Task<AuthenticateResult> AuthenticateAsync(ApiKeyRequest request, AuthenticationScheme scheme)
    {
        request.BegunAt = time.GetUtcNow().UtcTicks;
        var events = Events(request.Context);
        if (ApiKeyTracing.IsOn)
        {
            return TraceAsync(request, scheme, events);
        }

        if (events.HandlesMessageReceived)
        {
            return ReceiveAsync(request, scheme, events);
        }

        var verdict = VerifyAsync(request, null);
        return verdict.IsCompletedSuccessfully ? JudgeAsync(request, scheme, events, verdict.Result) : AwaitAsync(request, scheme, events, verdict);
    }

    private async Task<AuthenticateResult> TraceAsync(ApiKeyRequest request, AuthenticationScheme scheme, ApiKeyEvents events)
    {
        using var activity = ApiKeyTracing.Start();
        var result = await ReceiveAsync(request, scheme, events).ConfigureAwait(false);
        if (activity is not null)
        {
            ApiKeyTracing.End(activity, request.Verdict.Outcome, Options.RecordKeyIdInTraces ? request.Verdict.Key?.Id : null);
        }

        return result;
    }

    private async Task<AuthenticateResult> ReceiveAsync(ApiKeyRequest request, AuthenticationScheme scheme, ApiKeyEvents events)
    {
        var received = new ApiKeyMessageReceivedContext(request.Context, scheme, Options);
        await events.MessageReceivedAsync(received).ConfigureAwait(false);
        if (received.Result is { } result)
        {
            request.Verdict = new(result.None ? ApiKeyOutcome.Missing : ApiKeyOutcome.RejectedByHost);
            fields.Attach(request);
            return Counted(request, result);
        }

        return await AwaitAsync(request, scheme, events, VerifyAsync(request, received.Secret)).ConfigureAwait(false);
    }

    private async Task<AuthenticateResult> AwaitAsync(
        ApiKeyRequest request, AuthenticationScheme scheme, ApiKeyEvents events, ValueTask<ApiKeyVerdict> verdict)
        => await JudgeAsync(request, scheme, events, await verdict.ConfigureAwait(false)).ConfigureAwait(false);

    private ValueTask<ApiKeyVerdict> VerifyAsync(ApiKeyRequest request, string? supplied)
    {
        var (context, current) = (request.Context, settings.Current);
        if (!string.IsNullOrEmpty(supplied))
        {
            request.IsSupplied = true;
            return ReadAndVerifyAsync(request, current, supplied, null);
        }

        var headerName = current.Options.HeaderName;
        var known = headerName is null ? ConnectionSecret.Of(context) : null;
        if (known is not null && known.IsMalformed(current))
        {
            return new(verifier.Malformed(current, context.Connection.RemoteIpAddress, request.BegunAt, known));
        }

        if (known is { IsEmpty: false } && verifier.TryVerifyKnown(current, known, Caller(request), request.BegunAt, out var verdict))
        {
            return new(verdict);
        }

        return Credential.Read(context.Request.Headers, headerName, verifier, out var token) is { } nothing
            ? new(new ApiKeyVerdict(nothing))
            : ReadAndVerifyAsync(request, current, token, known);
    }

    /// <summary>Junk ends before anything else of the request is looked at.</summary>
    private ValueTask<ApiKeyVerdict> ReadAndVerifyAsync(ApiKeyRequest request, CompiledApiKeyOptions current, ReadOnlySpan<char> token, SecretHashMemo? known)
    {
        var context = request.Context;
        var bytes = ApiKeyVerifier.Read(current, token, stackalloc byte[SecretFormat.MaxLength]);
        return bytes.IsEmpty
            ? new(verifier.Malformed(current, context.Connection.RemoteIpAddress, request.BegunAt, known))
            : verifier.VerifyUncountedAsync(current, bytes, Caller(request), request.BegunAt, known, context.RequestAborted);
    }

    private static ApiKeyVerificationContext Caller(ApiKeyRequest request)
    {
        request.Endpoint = request.Context.GetEndpoint();
        request.Address = request.Context.Connection.RemoteIpAddress;
        return new(request.Address, request.Endpoint?.Metadata.GetMetadata<ApiKeyCostAttribute>()?.Cost ?? 1);
    }

    private Task<AuthenticateResult> JudgeAsync(ApiKeyRequest request, AuthenticationScheme scheme, ApiKeyEvents events, in ApiKeyVerdict verdict)
    {
        request.Verdict = verdict;
        fields.Attach(request);
        if (!verdict.IsValid)
        {
            return RefuseAsync(request, scheme, events);
        }

        var live = verdict.Live!;
        var principal = new ClaimsPrincipal(new ApiKeyIdentity(live, scheme.Name));
        var properties = new AuthenticationProperties(new LazyDictionary<string?>(), new LazyDictionary<object?>());
        if (live.Key.ExpiresAt is { } expiry)
        {
            properties.ExpiresUtc = expiry;
        }

        return events.HandlesKeyValidated
            ? SucceedAsync(request, scheme, events, principal, properties)
            : Task.FromResult(Counted(request, AuthenticateResult.Success(new AuthenticationTicket(principal, properties, scheme.Name))));
    }

    private async Task<AuthenticateResult> SucceedAsync(
        ApiKeyRequest request, AuthenticationScheme scheme, ApiKeyEvents events, ClaimsPrincipal principal, AuthenticationProperties properties)
    {
        var verdict = request.Verdict;
        var verified = new ApiKeyValidatedContext(request.Context, scheme, Options, verdict.Key!) { Principal = principal, Properties = properties };
        await events.KeyValidatedAsync(verified).ConfigureAwait(false);
        if (verified.Result is null)
        {
            verified.Success();
        }
        else if (!verified.Result.Succeeded)
        {
            request.Verdict = new(ApiKeyOutcome.RejectedByHost, verdict.Live, verdict.Limit);
        }

        return Counted(request, verified.Result!);
    }

    private Task<AuthenticateResult> RefuseAsync(ApiKeyRequest request, AuthenticationScheme scheme, ApiKeyEvents events)
    {
        var isNothing = request.Verdict.Outcome is ApiKeyOutcome.Missing or ApiKeyOutcome.NotAnApiKey;
        if (!isNothing)
        {
            Log.Refused(logger, request.Verdict.Outcome, request.Verdict.Key?.Id);
            if (events.HandlesAuthenticationFailed)
            {
                return FailAsync(request, scheme, events);
            }
        }

        Count(request);
        return isNothing ? _isNothing : _isRejected;
    }

    private async Task<AuthenticateResult> FailAsync(ApiKeyRequest request, AuthenticationScheme scheme, ApiKeyEvents events)
    {
        var failed = new ApiKeyAuthenticationFailedContext(request.Context, scheme, Options, request.Verdict);
        await events.AuthenticationFailedAsync(failed).ConfigureAwait(false);
        return Counted(request, failed.Result ?? _rejected);
    }

    private AuthenticateResult Counted(ApiKeyRequest request, AuthenticateResult result)
    {
        Count(request);
        return result;
    }

    private void Count(ApiKeyRequest request) => metrics.Verified(request.Verdict.Outcome, request.BegunAt);
}
