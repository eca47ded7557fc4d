using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace HirePanda.Api;

/// <summary>A page: a Razor component that is rendered once, as a template.</summary>
internal sealed class Page(Type component, Dictionary<string, object?> parameters, int status, string? formTarget) : IResult
{
    /// <summary>Creates a page.</summary>
    /// <param name="parameters">The parameters of the component.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="formTarget">The origin that forms of the page may lead to in addition to our own, or null for none.</param>
    public static Page Of<TComponent>(
        Dictionary<string, object?> parameters, int status = StatusCodes.Status200OK, string? formTarget = null)
        where TComponent : IComponent
        => new(typeof(TComponent), parameters, status, formTarget);

    /// <summary>Creates the page for a form whose token is missing, too old, or another person's.</summary>
    public static Page StaleForm() => Of<StaleFormPage>([], StatusCodes.Status400BadRequest);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var html = await renderer.Dispatcher.InvokeAsync(async ()
            => (await renderer.RenderComponentAsync(component, ParameterView.FromDictionary(parameters))).ToHtmlString());
        httpContext.Response.StatusCode = status;
        PageHeaders.Set(httpContext.Response, formTarget: formTarget);
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
    private const string PolicyStart =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'";

    private const string PolicyEnd = "; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Sets the fields. They replace what cookies and forms have set for caches.</summary>
    public static void Set(HttpResponse response, string cacheControl = "no-store", string? formTarget = null)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = PolicyStart + (formTarget is null ? "" : " " + formTarget) + PolicyEnd;
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
public sealed record FormToken(string Value)
{
    internal const string Field = "__RequestVerificationToken";
}
