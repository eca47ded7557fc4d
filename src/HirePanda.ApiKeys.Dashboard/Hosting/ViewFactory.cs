using HirePanda.ApiKeys.Dashboard.Components;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Creates what every page shows.</summary>
internal sealed class ViewFactory(
    DashboardAssets assets,
    IAntiforgery antiforgery,
    IOptions<DashboardOptions> options,
    IOptionsMonitor<ApiKeyOptions> keys,
    TimeProvider time)
{
    /// <summary>Creates a view for a request whose user is not known yet.</summary>
    public DashboardView Create(HttpContext context, DashboardRoute route)
    {
        var host = context.Request.PathBase.ToUriComponent();
        var root = host + route.RootOf(context.Request.Path.ToUriComponent());
        var signOut = options.Value.SignOutPath;
        return new()
        {
            Root = root,
            Assets = $"{root}/assets/{assets.Hash}",
            Options = options.Value,
            ExampleUrl = ExampleOf(context.Request, options.Value.ExampleUrl ?? "/"),
            SignOutUrl = signOut is ['/', ..] ? host + signOut : signOut,
            Now = time.GetUtcNow(),
            Section = route.Section.ToString(),
            Done = context.Request.Query["done"] is [{ } done, ..] ? done : null,
        };
    }

    /// <summary>Creates the view of an actor from the view of its request.</summary>
    public async Task<DashboardView> CreateAsync(HttpContext context, DashboardView view, ApiKeyActor actor)
    {
        var services = context.RequestServices;
        var catalog = services.GetRequiredService<ApiKeyCatalogReader>().Get(actor);
        var alerts = await services.GetRequiredService<ApiKeyAlertManager>()
            .CountOpenAlertsAsync(actor, context.RequestAborted).ConfigureAwait(false);
        var tokens = antiforgery.GetAndStoreTokens(context);
        return new()
        {
            Root = view.Root,
            Assets = view.Assets,
            Options = view.Options,
            ExampleUrl = view.ExampleUrl,
            SignOutUrl = view.SignOutUrl,
            Now = view.Now,
            Section = view.Section,
            Done = view.Done,
            User = context.User.Identity?.Name ?? actor.Id,
            Workspace = actor.Workspace,
            Address = Name(actor.Address),
            CanManage = catalog.Permissions.Any(
                permission => permission is { Name: ApiKeyPermissions.KeysManage, CanGrant: true }),
            RotationAge = keys.Get(ApiKeyDefaults.AuthenticationScheme).Alerts.RotationAge,
            OpenAlerts = alerts.Succeeded ? alerts.Value : 0,
            TokenField = tokens.FormFieldName,
            Token = tokens.RequestToken ?? "",
        };
    }

    private static string ExampleOf(HttpRequest request, string url)
        => url is ['/', ..] ? $"{request.Scheme}://{request.Host}{request.PathBase.ToUriComponent()}{url}" : url;

    private static string? Name(System.Net.IPAddress? address)
        => (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
}
