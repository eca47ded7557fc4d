using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>
/// Refuses what another site can make a browser send with the credentials of a person, such as a cookie: forms, and requests that say that
/// they come from elsewhere. A browser never sends a key by itself, so calls with a key are not concerned.
/// </summary>
internal static class CrossSiteRequest
{
    private static readonly ApiKeyError _refused
        = new("forbidden", "The request comes from another site", StatusCodes.Status403Forbidden);

    /// <summary>The answer to a request that another site may have made; null if it did not, or the caller is a key.</summary>
    public static ErrorAnswer? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || ApiKeyIdentity.In(context.User) is not null)
        {
            return null;
        }

        return IsCrossSite(request) ? new ErrorAnswer(_refused)

            // A form can be posted without asking the server first, a body of JSON cannot (Fetch standard, CORS-safelisted request-header).
            : HttpMethods.IsPost(request.Method) && !JsonBody.IsJson(request.ContentType) ? new ErrorAnswer(JsonBody.NotJson)
            : null;
    }

    /// <summary>Browsers that do not send <c>Sec-Fetch-Site</c> still say where a request comes from (RFC 6454, section 7).</summary>
    private static bool IsCrossSite(HttpRequest request)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site))
        {
            return site.ToString() is not ("same-origin" or "same-site" or "none");
        }

        return request.Headers.TryGetValue(HeaderNames.Origin, out var origin)
            && (!Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var from)
                || !string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
