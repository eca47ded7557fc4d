using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>The header fields of every response of the dashboard.</summary>
internal sealed class ContentSecurityPolicy(IOptions<DashboardOptions> options)
{
    private readonly string _policy
        = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action "
        + string.Join(' ', options.Value.FormActionSources.Prepend("'self'"))
        + "; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Determines whether a text is an origin, which cannot smuggle another directive into the policy.</summary>
    public static bool IsOrigin(string source)
        => source.All(char.IsAscii) && Uri.TryCreate(source, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            && uri.GetLeftPart(UriPartial.Authority) == source;

    /// <summary>Writes the fields. A page is not stored; an asset says so itself.</summary>
    public void Apply(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = _policy;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }
}
