using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>
/// Refuses what another site can make a browser send with the credentials of a person, such as a cookie: forms, and requests that
/// say that they come from elsewhere. A browser never sends a key or a bearer token by itself, so calls with one are not
/// concerned, unless the host takes keys from where a browser puts them.
/// </summary>
internal static class CrossSiteRequest
{
    private static readonly ApiKeyError _refused
        = ApiKeyError.New("forbidden", "The request comes from another site", StatusCodes.Status403Forbidden);

    /// <summary>Gets the answer to a request that another site may have made, or null if none can have made it.</summary>
    public static ErrorAnswer? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            || (CallerIdentity.Find(context.User) is not null && !ApiKeyRequest.Get(context).IsAmbient))
        {
            return null;
        }

        return IsCrossSite(request) ? new ErrorAnswer(_refused) : MayBeForm(request) ? new ErrorAnswer(JsonBody.NotJson) : null;
    }

    /// <summary>
    /// Determines whether a request can be a form, which a browser posts without asking the server first. It asks before it sends
    /// JSON (Fetch standard, CORS-safelisted request-header). It asks before other methods too, but a host may take the method
    /// from a form.
    /// </summary>
    private static bool MayBeForm(HttpRequest request)
        => (HttpMethods.IsPost(request.Method) || request.Headers.ContentType.Count > 0) && !JsonBody.IsJson(request.ContentType);

    /// <summary>
    /// Determines whether a request comes from another site. A sibling host is the same site, as it is for a cookie. Since forms
    /// are refused, a browser has asked the CORS policy of the host about it. Browsers that do not send <c>Sec-Fetch-Site</c>
    /// still name the origin (RFC 6454, section 7), which has to be ours.
    /// </summary>
    private static bool IsCrossSite(HttpRequest request)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site))
        {
            return site.ToString() is not ("same-origin" or "same-site" or "none");
        }

        return request.Headers.TryGetValue(HeaderNames.Origin, out var origin) && !IsOurs(origin.ToString(), request);
    }

    /// <summary>A proxy in front may have taken HTTPS off, so the scheme counts only where it is known to be HTTPS.</summary>
    private static bool IsOurs(string origin, HttpRequest request)
        => Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && (from.Scheme == Uri.UriSchemeHttps || (from.Scheme == Uri.UriSchemeHttp && !request.IsHttps))
            && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
}
