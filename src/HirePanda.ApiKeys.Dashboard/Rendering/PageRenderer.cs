using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Renders pages from Razor components, which are used as templates: nothing of Blazor reaches the browser.</summary>
internal sealed class PageRenderer(ILoggerFactory loggers)
{
    /// <summary>Renders a page whole, and then writes it, so that a failure can still be answered with another page.</summary>
    public async Task WriteAsync(HttpContext context, DashboardView view, PageAnswer page)
    {
        await using var renderer = new HtmlRenderer(context.RequestServices, loggers);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                [nameof(Document.View)] = view,
                [nameof(Document.Title)] = page.Title,
                [nameof(Document.Page)] = page.Component,
                [nameof(Document.Parameters)] = page.Parameters,
            });
            var output = await renderer.RenderComponentAsync<Document>(parameters);
            return output.ToHtmlString();
        }).ConfigureAwait(false);
        context.Response.StatusCode = page.Status;
        context.Response.ContentType = "text/html; charset=utf-8";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.WriteAsync("<!DOCTYPE html>\n" + html, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
