using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>The authentication scheme. It reads a request's credential, verifies it, and creates the principal.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<ApiKeyOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    ApiKeyVerifier verifier,
    FailedAttempts failedAttempts,
    ResponseHeaders headers,
    RequestCompletion completion)
    : AuthenticationHandler<ApiKeyOptions>(options, loggers, encoder)
{
    private static readonly AuthenticateResult _refused = AuthenticateResult.Fail("The API key was refused.");

    private new ApiKeyEvents Events => (ApiKeyEvents)base.Events!;

    protected override Task<object> CreateEventsAsync() => Task.FromResult<object>(new ApiKeyEvents());

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var request = ApiKeyRequest.Get(Context);
        return request.Result ??= AuthenticateAsync(request);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // If authentication throws, the challenge is still answered, and the verdict has its initial value: unavailable.
        await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        var request = ApiKeyRequest.Get(Context);
        var verdict = request.Verdict;
        if (verdict.Outcome == ApiKeyOutcome.NotAnApiKey && request.Refusal is null)
        {
            failedAttempts.Count(Context.Connection.RemoteIpAddress, null, TimeProvider.GetUtcNow().UtcTicks);
        }

        var error = request.Refusal ?? ApiKeyError.For(verdict.Outcome, verdict.RetryAfter);
        if (Options.ResourceMetadataPath is { } metadata)
        {
            error = error.Naming($"{Request.Scheme}://{Request.Host}{Request.PathBase}{metadata}");
        }

        var challenge = new ApiKeyChallengeContext(Context, Scheme, Options, properties, verdict.Outcome, error);
        await Events.ChallengeAsync(challenge).ConfigureAwait(false);
        if (!challenge.Handled)
        {
            await AnswerAsync(challenge.Error).ConfigureAwait(false);
        }
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var request = ApiKeyRequest.Get(Context);
        var error = ApiKeyError.Lacking(request.PendingErrorResponse?.Missing ?? [], isKey: request.Client is null);
        var forbidden = new ApiKeyForbiddenContext(Context, Scheme, Options, properties, error);
        await Events.ForbiddenAsync(forbidden).ConfigureAwait(false);
        if (!forbidden.Handled)
        {
            await AnswerAsync(forbidden.Error).ConfigureAwait(false);
        }
    }

    private async Task<AuthenticateResult> AuthenticateAsync(ApiKeyRequest request)
    {
        using var activity = ApiKeyTracing.Start();
        request.StartedAt = TimeProvider.GetUtcNow().UtcTicks;
        ApiKeyMessageReceivedContext? received = null;
        if (Events.HandlesMessageReceived)
        {
            received = new ApiKeyMessageReceivedContext(Context, Scheme, Options);
            await Events.MessageReceivedAsync(received).ConfigureAwait(false);
        }

        var result = received?.Result;
        if (result is not null)
        {
            Decide(request, new(result.None ? ApiKeyOutcome.Missing : ApiKeyOutcome.RejectedByHost));
        }
        else
        {
            request.IsAmbient = !string.IsNullOrEmpty(received?.Secret);

            // The host's event can take a while.
            var now = received is null ? request.StartedAt : TimeProvider.GetUtcNow().UtcTicks;
            request.Verdict = await VerifyAsync(request, received?.Secret, now).ConfigureAwait(false);
            result = request.Verdict.IsValid
                ? await SucceedAsync(request).ConfigureAwait(false)
                : await RefuseAsync(request.Verdict).ConfigureAwait(false);
        }

        headers.Attach(request);
        completion.Attach(request);
        ApiKeyTracing.SetOutcome(activity, request.Verdict.Outcome, Options.RecordKeyIdInTraces ? request.Verdict.Key?.Id : null);
        return result;
    }

    private ValueTask<ApiKeyVerdict> VerifyAsync(ApiKeyRequest request, ReadOnlySpan<char> supplied, long now)
    {
        var secret = supplied;
        if (secret.IsEmpty && Credential.Read(
            Request.Headers, Options.HeaderNames, verifier, Options.AcceptsOtherSchemes, out secret) is { } outcome)
        {
            return new(Decide(request, new(outcome)));
        }

        request.SetCaller();
        var context = new ApiKeyVerificationContext(request.Address)
        {
            Cost = request.Cost,
            Memo = supplied.IsEmpty && Options.HeaderNames.Count == 0 ? ConnectionMemo.Get(Context) : null,
        };
        return verifier.VerifyAsync(secret, context, now, Context.RequestAborted);
    }

    private ValueTask<AuthenticateResult> SucceedAsync(ApiKeyRequest request)
    {
        var (live, properties) = (request.Verdict.Live!, new AuthenticationProperties());
        if (live.Key.ExpiresAt is { } expiry)
        {
            properties.ExpiresUtc = expiry;
        }

        var principal = new ClaimsPrincipal(new ApiKeyIdentity(live, Scheme.Name, ClaimsIssuer));
        return Events.HandlesKeyValidated
            ? LetHostValidateAsync(request, principal, properties)
            : new(AuthenticateResult.Success(new AuthenticationTicket(principal, properties, Scheme.Name)));
    }

    private async ValueTask<AuthenticateResult> LetHostValidateAsync(
        ApiKeyRequest request, ClaimsPrincipal principal, AuthenticationProperties properties)
    {
        var live = request.Verdict.Live!;
        var validated = new ApiKeyValidatedContext(Context, Scheme, Options, live.Key)
        {
            Principal = principal,
            Properties = properties,
        };
        await Events.KeyValidatedAsync(validated).ConfigureAwait(false);
        if (validated.Result is { Succeeded: false } rejected)
        {
            request.Verdict = new(ApiKeyOutcome.RejectedByHost, live, request.Verdict.Limit);
            return rejected;
        }

        if (validated.Result is null)
        {
            validated.Success();
        }

        return validated.Result!;
    }

    private async ValueTask<AuthenticateResult> RefuseAsync(ApiKeyVerdict verdict)
    {
        if (verdict.Outcome is ApiKeyOutcome.Missing or ApiKeyOutcome.NotAnApiKey)
        {
            return AuthenticateResult.NoResult();
        }

        Log.Refused(Logger, verdict.Outcome, verdict.Key?.Id);
        var failed = new ApiKeyAuthenticationFailedContext(Context, Scheme, Options, verdict.Outcome, verdict.Key);
        await Events.AuthenticationFailedAsync(failed).ConfigureAwait(false);
        return failed.Result ?? _refused;
    }

    /// <summary>Sets a verdict without verification, and notifies the observers.</summary>
    private ApiKeyVerdict Decide(ApiKeyRequest request, ApiKeyVerdict verdict)
        => request.Verdict = verifier.NotifyObservers(verdict, new(Context.Connection.RemoteIpAddress), request.StartedAt);

    private Task AnswerAsync(ApiKeyError error)
    {
        ErrorWriter.WriteHead(Response, error);
        if (ApiKeyRequest.Get(Context).PendingErrorResponse is { IsOpen: true } pending)
        {
            pending.Error = error;
            return Task.CompletedTask;
        }

        return ErrorWriter.WriteBodyAsync(Context, error, Options.UseProblemDetails);
    }
}
