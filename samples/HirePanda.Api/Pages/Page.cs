using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace HirePanda.Api;

/// <summary>A page: a Razor component that is rendered once, as a template.</summary>
internal sealed class Page(Type component, Dictionary<string, object?> parameters, int status) : IResult
{
    public static Page Of<TComponent>(Dictionary<string, object?> parameters, int status = StatusCodes.Status200OK)
        where TComponent : IComponent
        => new(typeof(TComponent), parameters, status);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async ()
            => (await renderer.RenderComponentAsync(component, ParameterView.FromDictionary(parameters))).ToHtmlString());
        httpContext.Response.StatusCode = status;
        PageHeaders.Set(httpContext.Response);
        httpContext.Response.ContentType = "text/html; charset=utf-8";
        await httpContext.Response.WriteAsync(html, httpContext.RequestAborted);
    }
}

/// <summary>Sends the browser to another page after a form, so that a reload does not post the form again.</summary>
internal sealed class SeeOther(string location) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        PageHeaders.Set(httpContext.Response);
        return Task.CompletedTask;
    }
}

/// <summary>The header fields of every page.</summary>
internal static class PageHeaders
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Sets the fields. They replace what cookies and forms have set for caches.</summary>
    public static void Set(HttpResponse response, string cacheControl = "no-store")
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XFrameOptions = "DENY";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.CacheControl = cacheControl;
        headers.Remove("Pragma");
        headers.Remove("Expires");
    }
}

/// <summary>The person who is signed in.</summary>
/// <param name="Name">The email address.</param>
/// <param name="Token">The token of the form to sign out.</param>
public sealed record Session(string Name, FormToken Token);

/// <summary>The hidden field that shows that a form is our own.</summary>
public sealed record FormToken(string Field, string Value)
{
    internal static FormToken From(AntiforgeryTokenSet tokens) => new(tokens.FormFieldName, tokens.RequestToken!);
}
