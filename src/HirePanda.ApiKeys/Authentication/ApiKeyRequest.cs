using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// The state of a request's key. A request has one instance, so that it is verified and counted once even if it is authenticated
/// several times or in several scopes.
/// </summary>
internal sealed class ApiKeyRequest(HttpContext context) : IApiKeyFeature
{
    public HttpContext Context { get; } = context;

    /// <summary>Gets or sets the result of authentication, or null before it starts.</summary>
    public Task<AuthenticateResult>? Result { get; set; }

    public ApiKeyVerdict Verdict { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether the host's event supplied the secret, for example from a cookie, which
    /// browsers send by themselves.
    /// </summary>
    public bool IsSupplied { get; set; }

    /// <summary>Gets or sets the address that was verified, or null if it is unknown.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>Gets or sets the time when the key was presented, in ticks.</summary>
    public long StartedAt { get; set; }

    /// <summary>
    /// Gets or sets the endpoint when the cost was taken, or null if routing had not run yet or did not find an endpoint.
    /// </summary>
    public Endpoint? Endpoint { get; set; }

    /// <summary>
    /// Gets or sets the pending response to a refusal by authorization, or null if there is no refusal or
    /// <see cref="ApiKeyAuthorizationResultHandler"/> did not handle it.
    /// </summary>
    public PendingErrorResponse? PendingErrorResponse { get; set; }

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
