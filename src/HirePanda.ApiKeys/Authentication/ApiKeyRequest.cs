using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// The state of a request's credential. A request has one instance, so that it is verified and counted once even if it is
/// authenticated several times or in several scopes.
/// </summary>
internal sealed class ApiKeyRequest(HttpContext context) : IApiKeyFeature
{
    public HttpContext Context { get; } = context;

    /// <summary>Gets or sets the result of the API key scheme, or null before it starts.</summary>
    public Task<AuthenticateResult>? Result { get; set; }

    /// <summary>Gets or sets the result of the selector, or null before it starts.</summary>
    public Task<AuthenticateResult>? Selected { get; set; }

    public ApiKeyVerdict Verdict { get; set; }

    /// <summary>Gets or sets the error for a caller with an accepted credential, or null if it is not refused.</summary>
    public ApiKeyError? Refusal { get; set; }

    /// <summary>Gets or sets the client with an accepted credential, or null if it is unknown.</summary>
    public LiveClient? Client { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether a browser may have sent the credential by itself: the host's event supplied
    /// the secret, for example from a cookie, or an accepted scheme found the credential outside of <c>Authorization</c>.
    /// </summary>
    public bool IsAmbient { get; set; }

    /// <summary>Gets or sets the address that was verified, or null if it is unknown.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>Gets or sets the time when the key was presented, in ticks.</summary>
    public long StartedAt { get; set; }

    /// <summary>
    /// Gets or sets the endpoint when the cost was taken, or null if routing had not run yet or did not find an endpoint.
    /// </summary>
    public Endpoint? Endpoint { get; set; }

    /// <summary>
    /// Gets the activity that the request is counted under, or null if it is not counted. Requests of blocked keys are not.
    /// </summary>
    public KeyActivity? Activity
        => Client is not null ? Client.Activity : Verdict.Live is { IsBlocked: false } live ? live.Activity : null;

    /// <summary>Gets the number of permits that the endpoint takes.</summary>
    public int Cost => Endpoint?.Metadata.GetMetadata<ApiKeyCostAttribute>()?.Cost ?? 1;

    /// <summary>
    /// Gets or sets the pending response to a refusal by authorization, or null if there is no refusal or
    /// <see cref="ApiKeyAuthorizationResultHandler"/> did not handle it.
    /// </summary>
    public PendingErrorResponse? PendingErrorResponse { get; set; }

    /// <summary>Remembers the endpoint and the address that verification uses.</summary>
    public void SetCaller() => (Endpoint, Address) = (Context.GetEndpoint(), Context.Connection.RemoteIpAddress);

    public static ApiKeyRequest Get(HttpContext context)
    {
        if (Find(context) is { } known)
        {
            return known;
        }

        var request = new ApiKeyRequest(context);
        context.Features.Set<IApiKeyFeature>(request);
        return request;
    }

    /// <summary>
    /// Gets the state of a request, or null if there is none. A feature that was copied from another request does not count.
    /// </summary>
    public static ApiKeyRequest? Find(HttpContext context)
        => context.Features.Get<IApiKeyFeature>() is ApiKeyRequest request && request.Context == context ? request : null;
}

/// <summary>
/// A refusal whose body <see cref="ApiKeyAuthorizationResultHandler"/> writes after all schemes of the policy have responded.
/// </summary>
internal sealed class PendingErrorResponse
{
    /// <summary>Gets the missing tiers and permissions.</summary>
    public required IReadOnlyCollection<string> Missing { get; init; }

    /// <summary>Gets or sets a value that indicates whether a scheme may still respond. The default is true.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>
    /// Gets or sets the error whose body is still to be written, or null if the API key scheme did not respond.
    /// </summary>
    public ApiKeyError? Error { get; set; }
}
