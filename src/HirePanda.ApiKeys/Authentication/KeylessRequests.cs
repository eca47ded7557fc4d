using Microsoft.AspNetCore.Authentication;

namespace HirePanda.ApiKeys;

/// <summary>
/// Decides about requests whose headers have no key, as <see cref="ApiKeyHandler"/> does. A request with another credential then
/// does not need that handler.
/// </summary>
internal sealed class KeylessRequests(
    ApiKeySettings settings, ApiKeyVerifier verifier, ResponseHeaders headers, TimeProvider time)
{
    private static readonly Task<AuthenticateResult> _noResult = Task.FromResult(AuthenticateResult.NoResult());

    /// <summary>Decides about a request without a key. The result is false if the handler must decide.</summary>
    public bool TryDecide(ApiKeyRequest request)
    {
        var (context, options) = (request.Context, settings.Current.Options);
        if (request.Result is not null
            || !options.ReadsHeadersOnly
            || Credential.Read(context.Request.Headers, options.HeaderNames, verifier, options.AcceptsOtherSchemes, out _)
                is not { } outcome
            || outcome is not (ApiKeyOutcome.Missing or ApiKeyOutcome.NotAnApiKey))
        {
            return false;
        }

        using var activity = ApiKeyTracing.Start();
        request.StartedAt = time.GetUtcNow().UtcTicks;
        request.Verdict = verifier.NotifyObservers(
            new(outcome), new(context.Connection.RemoteIpAddress), request.StartedAt);
        request.Result = _noResult;
        headers.Attach(request);
        ApiKeyTracing.SetOutcome(activity, outcome, null);
        return true;
    }
}
