using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>The scheme: a thin adapter between HTTP and <see cref="ApiKeyVerifier"/>.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<ApiKeyOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    ApiKeyVerifier verifier,
    ResponseFields fields,
    ApiKeyMetrics metrics,
    TimeProvider time)
    : AuthenticationHandler<ApiKeyOptions>(options, logger, encoder)
{
    private static readonly AuthenticateResult _rejected = AuthenticateResult.Fail("The API key was refused.");

    private new ApiKeyEvents Events => (ApiKeyEvents)base.Events!;

    protected override Task<object> CreateEventsAsync() => Task.FromResult<object>(new ApiKeyEvents());

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var request = ApiKeyRequest.Of(Context);
        return request.Result ??= AuthenticateAsync(request);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        var verdict = ApiKeyRequest.Of(Context).Verdict;
        var challenge = new ApiKeyChallengeContext(Context, Scheme, Options, properties, verdict, ApiKeyError.For(verdict));
        await Events.ChallengeAsync(challenge).ConfigureAwait(false);
        if (!challenge.Handled)
        {
            await AnswerAsync(challenge.Error).ConfigureAwait(false);
        }
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var error = ApiKeyError.Lacking(ApiKeyRequest.Of(Context).Missing);
        var forbidden = new ApiKeyForbiddenContext(Context, Scheme, Options, properties, error);
        await Events.ForbiddenAsync(forbidden).ConfigureAwait(false);
        if (!forbidden.Handled)
        {
            await AnswerAsync(forbidden.Error).ConfigureAwait(false);
        }
    }

    private async Task<AuthenticateResult> AuthenticateAsync(ApiKeyRequest request)
    {
        var started = metrics.StartVerification();
        using var activity = ApiKeyTracing.Start();
        var result = await JudgeAsync(request).ConfigureAwait(false);
        metrics.Verified(request.Verdict.Outcome, started);
        if (activity is not null)
        {
            ApiKeyTracing.End(activity, request.Verdict.Outcome, Options.RecordKeyIdInTraces ? request.Verdict.Key?.Id : null);
        }

        return result;
    }

    private async ValueTask<AuthenticateResult> JudgeAsync(ApiKeyRequest request)
    {
        string? secret = null;
        if (Events.HandlesMessageReceived)
        {
            var received = new ApiKeyMessageReceivedContext(Context, Scheme, Options);
            await Events.MessageReceivedAsync(received).ConfigureAwait(false);
            if (received.Result is { } result)
            {
                request.Verdict = new(result.None ? ApiKeyOutcome.Missing : ApiKeyOutcome.Rejected);
                fields.Attach(request);
                return result;
            }

            secret = received.Secret;
        }

        request.Verdict = await VerifyAsync(request, secret).ConfigureAwait(false);
        fields.Attach(request);
        if (request.Verdict.Outcome is ApiKeyOutcome.Missing or ApiKeyOutcome.Foreign)
        {
            return AuthenticateResult.NoResult();
        }

        return request.Verdict.IsValid
            ? await SucceedAsync(request).ConfigureAwait(false)
            : await FailAsync(request).ConfigureAwait(false);
    }

    private ValueTask<ApiKeyVerdict> VerifyAsync(ApiKeyRequest request, string? supplied)
    {
        var token = supplied.AsSpan();
        if (string.IsNullOrEmpty(supplied) && Credential.Read(Request.Headers, Options.HeaderName, verifier, out token) is { } nothing)
        {
            return new(new ApiKeyVerdict(nothing));
        }

        request.BegunAt = time.GetUtcNow().UtcTicks;
        request.Endpoint = Context.GetEndpoint();
        request.Address = Context.Connection.RemoteIpAddress;
        var cost = request.Endpoint?.Metadata.GetMetadata<ApiKeyCostAttribute>()?.Cost ?? 1;
        return verifier.VerifyUncountedAsync(token, new ApiKeyCaller(request.Address, cost), request.BegunAt, Context.RequestAborted);
    }

    private async ValueTask<AuthenticateResult> SucceedAsync(ApiKeyRequest request)
    {
        var live = request.Verdict.Live!;
        var principal = new ClaimsPrincipal(new ApiKeyIdentity(live, Scheme.Name));
        var properties = new AuthenticationProperties { ExpiresUtc = live.Key.ExpiresAt };
        if (!Events.HandlesVerified)
        {
            return AuthenticateResult.Success(new AuthenticationTicket(principal, properties, Scheme.Name));
        }

        var verified = new ApiKeyVerifiedContext(Context, Scheme, Options, live.Key) { Principal = principal, Properties = properties };
        await Events.VerifiedAsync(verified).ConfigureAwait(false);
        if (verified.Result is null)
        {
            verified.Success();
        }
        else if (!verified.Result.Succeeded)
        {
            request.Verdict = new(ApiKeyOutcome.Rejected, live, request.Verdict.Limit);
        }

        return verified.Result!;
    }

    private async ValueTask<AuthenticateResult> FailAsync(ApiKeyRequest request)
    {
        Log.Refused(Logger, request.Verdict.Outcome, request.Verdict.Key?.Id);
        var failed = new ApiKeyFailedContext(Context, Scheme, Options, request.Verdict);
        await Events.FailedAsync(failed).ConfigureAwait(false);
        return failed.Result ?? _rejected;
    }

    private Task AnswerAsync(ApiKeyError error)
    {
        var request = ApiKeyRequest.Of(Context);
        ErrorWriter.WriteHead(Response, error);
        if (request.BodyDeferred)
        {
            request.Unwritten = error;
            return Task.CompletedTask;
        }

        return ErrorWriter.WriteBodyAsync(Context, error, Options.UseProblemDetails);
    }
}
