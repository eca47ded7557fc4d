using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// What is known of a request's key. A request has one, so that it is verified and counted once, however often and in however
/// many scopes it is authenticated.
/// </summary>
internal sealed class ApiKeyRequest(HttpContext context) : IApiKeyFeature
{
    public HttpContext Context { get; } = context;

    /// <summary>The result of authentication; null before it starts.</summary>
    public Task<AuthenticateResult>? Result { get; set; }

    public ApiKeyVerdict Verdict { get; set; }

    /// <summary>Whether the host's event supplied the secret: from a cookie, say, that a browser sends by itself.</summary>
    public bool IsSupplied { get; set; }

    /// <summary>The address that was verified.</summary>
    public IPAddress? Address { get; set; }

    /// <summary>When the key was presented, in ticks.</summary>
    public long StartedAt { get; set; }

    /// <summary>The endpoint that routing had chosen when the cost was taken; null for none, or not yet.</summary>
    public Endpoint? Endpoint { get; set; }

    /// <summary>
    /// How a refusal by authorization is answered; null if there is none, or our result handler is not in play.
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

    /// <summary>The request's own; features copied from another request are not.</summary>
    public static ApiKeyRequest? Find(HttpContext context)
        => context.Features.Get<IApiKeyFeature>() is ApiKeyRequest request && request.Context == context ? request : null;
}

/// <summary>
/// A refusal whose body <see cref="ApiKeyAuthorizationResultHandler"/> writes once every scheme has had its say.
/// </summary>
internal sealed class PendingErrorResponse
{
    /// <summary>The tiers and permissions that authorization found missing.</summary>
    public required IReadOnlyCollection<string> Missing { get; init; }

    /// <summary>Whether schemes are still having their say.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>The error that our scheme answered, as long as its body is not written.</summary>
    public ApiKeyError? Error { get; set; }
}
