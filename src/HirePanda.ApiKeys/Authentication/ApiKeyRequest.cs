using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using HirePanda.ApiKeys;

namespace HirePanda.ApiKeys
{
    /// <summary>
    /// What is known of a request's key: one feature a request, so that it is verified and counted once, however often and in
    /// however many scopes it is authenticated.
    /// </summary>
    internal sealed class ApiKeyRequest(HttpContext context)
    {
        public HttpContext Context { get; } = context;

        /// <summary>Who completes the response; null as long as nothing was verified.</summary>
        public ResponseFields? Fields { get; set; }

        public Task<AuthenticateResult>? Result { get; set; }

        public ApiKeyVerdict Verdict { get; set; }

        /// <summary>
        /// Whether the host's event supplied the secret, from wherever: a cookie, say, that a browser sends by itself.
        /// </summary>
        public bool IsSupplied { get; set; }

        /// <summary>The address that was verified.</summary>
        public IPAddress? Address { get; set; }

        /// <summary>When the key was presented, in ticks.</summary>
        public long BegunAt { get; set; }

        /// <summary>The endpoint that routing had chosen when the cost was taken; null: none, or not yet.</summary>
        public Endpoint? Endpoint { get; set; }

        /// <summary>Where to note that it is counted, for a report of usage that waits for it; null: nowhere.</summary>
        public OpenAnswers? Open { get; set; }

        /// <summary>How a refusal by authorization is answered; null: none is, or it is answered without our result handler.</summary>
        public PendingErrorResponse? PendingErrorResponse { get; set; }

        public static ApiKeyRequest Of(HttpContext context)
        {
            // Features copied to another request are not its own.
            if (context.Features.Get<ApiKeyRequest>() is { } known && known.Context == context)
            {
                return known;
            }

            var request = new ApiKeyRequest(context);
            context.Features.Set(request);
            return request;
        }
    }

    /// <summary>A refusal whose body <see cref="ApiKeyAuthorizationResultHandler"/> writes once every scheme has had its say.</summary>
    internal sealed class PendingErrorResponse
    {
        /// <summary>The tiers and permissions that authorization found missing.</summary>
        public required IReadOnlyCollection<string> Missing { get; init; }

        /// <summary>Whether schemes are still having their say.</summary>
        public bool IsOpen { get; set; } = true;

        /// <summary>What our scheme answered, as long as its body is not written.</summary>
        public ApiKeyError? Unwritten { get; set; }
    }
}

namespace Microsoft.AspNetCore.Http
{
    /// <summary>Gives the key of a request.</summary>
    public static class ApiKeyHttpContextExtensions
    {
        /// <summary>The key that this request was authenticated with; null where it has none, or none that was admitted.</summary>
        /// <param name="context">The request's context.</param>
        public static ApiKey? GetApiKey(this HttpContext context)
        {
            ArgumentNullException.ThrowIfNull(context);
            return context.Features.Get<ApiKeyRequest>() is { Verdict: { IsValid: true } verdict } ? verdict.Key : null;
        }
    }
}
