using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Serves the metadata of this API as a protected resource (RFC 9728), from which a client learns where to get a token and which
/// scopes there are. It comes before the host's middleware, because a client without a token asks for it.
/// </summary>
internal sealed class ProtectedResource(
    IOptions<ProtectedResourceOptions> options, ApiKeyCatalogReader catalog) : IStartupFilter
{
    public const string Path = "/.well-known/oauth-protected-resource";

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((HttpContext context, RequestDelegate following)
            => context.Request.Path == Path
                && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
                ? WriteAsync(context)
                : following(context));
        next(app);
    };

    private Task WriteAsync(HttpContext context)
    {
        var origin = $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}";
        var issuer = options.Value.Issuer()?.AbsoluteUri ?? origin + "/";
        return context.Response.WriteAsJsonAsync(
            new Metadata(origin, [issuer], [.. CatalogScopes.Get(catalog)], ["header"]),
            JsonSerializerOptions.Web,
            context.RequestAborted);
    }

    private sealed record Metadata(
        [property: JsonPropertyName("resource")] string Resource,
        [property: JsonPropertyName("authorization_servers")] string[] AuthorizationServers,
        [property: JsonPropertyName("scopes_supported")] string[] ScopesSupported,
        [property: JsonPropertyName("bearer_methods_supported")] string[] BearerMethodsSupported);
}

/// <summary>Where the tokens of this API come from.</summary>
internal sealed class ProtectedResourceOptions
{
    /// <summary>Gets or sets a function that gets the issuer. The result is null if it is the address of the request.</summary>
    public Func<Uri?> Issuer { get; set; } = static () => null;
}
