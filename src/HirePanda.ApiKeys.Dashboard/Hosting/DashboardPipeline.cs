using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>
/// The way of every request: header fields, whether the page may be served at all, the form and its token, the actor, and then
/// the page's own handler. Every refusal is a page.
/// </summary>
internal sealed class DashboardPipeline(
    ContentSecurityPolicy policy,
    DashboardAccess access,
    DashboardAssets assets,
    FormReader forms,
    ViewFactory views,
    PageRenderer renderer,
    ILogger<DashboardPipeline> logger)
{
    /// <summary>Answers with a page.</summary>
    public async Task RunAsync(HttpContext context, DashboardRoute route)
    {
        policy.Apply(context.Response.Headers);
        var view = views.Create(context, route);
        DashboardAnswer answer;
        try
        {
            (answer, view) = await HandleAsync(context, route, view).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // A store can throw anything, and it means that the store cannot answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            DashboardLog.Failed(logger, exception);
            answer = Refusal.StoreUnavailable;
        }

        await WriteAsync(context, view, answer).ConfigureAwait(false);
    }

    /// <summary>Answers with an asset.</summary>
    public async Task RunAssetAsync(HttpContext context)
    {
        policy.Apply(context.Response.Headers);
        if (await access.FindMistakeAsync(context.GetEndpoint()!.Metadata).ConfigureAwait(false) is not null
            || DashboardAccess.IsOfAKey(context) || !DashboardAccess.IsAdmitted(context))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        var values = context.Request.RouteValues;
        await assets.WriteAsync(context, (string)values["hash"]!, (string)values["name"]!).ConfigureAwait(false);
    }

    private async Task<(DashboardAnswer Answer, DashboardView View)> HandleAsync(
        HttpContext context, DashboardRoute route, DashboardView view)
    {
        if (await access.FindMistakeAsync(context.GetEndpoint()!.Metadata).ConfigureAwait(false) is { } mistake)
        {
            DashboardLog.Mistake(logger, mistake);
            return (Refusal.NotSetUp, view);
        }

        if (DashboardAccess.IsOfAKey(context))
        {
            return (Refusal.OfAKey, view);
        }

        if (!DashboardAccess.IsAdmitted(context))
        {
            return (Refusal.NotLocal, view);
        }

        IFormCollection? form = null;
        var isWrite = HttpMethods.IsPost(context.Request.Method);
        if (isWrite && (form = await forms.ReadAsync(context).ConfigureAwait(false)) is null)
        {
            return (Refusal.OutdatedForm, view);
        }

        // After the form, because its arrival can take longer than rights last.
        var resolver = context.RequestServices.GetRequiredService<IApiKeyActorResolver>();
        var actor = await resolver.ResolveAsync(context, context.RequestAborted).ConfigureAwait(false);
        if (actor is not { Workspace.Length: > 0 })
        {
            return (Refusal.NoWorkspace, view);
        }

        actor = actor with { Address = context.Connection.RemoteIpAddress };
        view = await views.CreateAsync(context, view, actor).ConfigureAwait(false);
        return isWrite && !view.CanManage
            ? (Refusal.ReadOnly, view)
            : (await route.Handler(new DashboardRequest(context, actor, form, view)).ConfigureAwait(false), view);
    }

    private async Task WriteAsync(HttpContext context, DashboardView view, DashboardAnswer answer)
    {
        // Antiforgery sets some of the fields too, and differently.
        policy.Apply(context.Response.Headers);
        switch (answer)
        {
            case PageAnswer page:
                await renderer.WriteAsync(context, view, page).ConfigureAwait(false);
                break;
            case RedirectAnswer redirect:
                context.Response.StatusCode = StatusCodes.Status303SeeOther;
                context.Response.Headers.Location = redirect.Url;
                break;
            case FileAnswer file:
                context.Response.ContentType = file.ContentType;
                context.Response.Headers.ContentDisposition = $"attachment; filename=\"{file.Name}\"";
                await context.Response.WriteAsync(file.Text, context.RequestAborted).ConfigureAwait(false);
                break;
        }
    }
}
