using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OpenIddict.Validation;
using static OpenIddict.Validation.OpenIddictValidationEvents;

namespace HirePanda.ApiKeys;

/// <summary>
/// Serves the metadata of this API as a protected resource (RFC 9728), from which a client learns where to get a token and which
/// scopes there are. Authentication serves it, because the host's middleware has set the address of the request by then, and
/// authorization would ask for a token.
/// </summary>
internal sealed class ProtectedResource(IOptions<ProtectedResourceOptions> options, ApiKeyCatalogReader catalog)
    : IOpenIddictValidationHandler<ProcessRequestContext>
{
    public const string Path = "/.well-known/oauth-protected-resource";

    public static OpenIddictValidationHandlerDescriptor Descriptor { get; }
        = OpenIddictValidationHandlerDescriptor.CreateBuilder<ProcessRequestContext>()
            .UseSingletonHandler<ProtectedResource>()
            .SetOrder(int.MinValue)
            .SetType(OpenIddictValidationHandlerType.Custom)
            .Build();

    public async ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (context.Transaction.GetHttpRequest() is { } request && IsAsked(request))
        {
            await WriteAsync(request.HttpContext).ConfigureAwait(false);
            context.HandleRequest();
        }
    }

    private static bool IsAsked(HttpRequest request)
        => request.Path == Path && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));

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
