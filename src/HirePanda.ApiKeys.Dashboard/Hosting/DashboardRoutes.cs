using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Maps every page to its handler.</summary>
internal static class DashboardRoutes
{
    private const string AssetPattern = "/assets/{hash}/{name}";

    private static readonly string[] _read = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] _write = [HttpMethods.Post];

    private static readonly DashboardRoute[] _pages =
    [
        new("/", Section.Overview, OverviewPages.ShowAsync),
        new("/settings", Section.Settings, SettingsPages.ShowAsync),
        .. KeyRoutes.All,
        .. KeyDetailRoutes.All,
        .. SecurityRoutes.All,
        .. UsageRoutes.All,
        .. AlertRoutes.All,
        .. AuditRoutes.All,
    ];

    public static RouteGroupBuilder Map(RouteGroupBuilder group, DashboardPipeline pipeline)
    {
        foreach (var page in _pages)
        {
            var methods = page.IsWrite ? _write : _read;
            Mark(group.MapMethods(page.Pattern, methods, context => pipeline.RunAsync(context, page)), page);
        }

        foreach (var form in _pages.Where(form => form.IsWrite && Find(form.Pattern) is null))
        {
            var back = form with
            {
                Handler = request => Task.FromResult<DashboardAnswer>(request.To(PageOf(form, request))),
                IsWrite = false,
                IsWayBack = true,
            };
            Mark(group.MapMethods(form.Pattern, _read, context => pipeline.RunAsync(context, back)), back);
        }

        Mark(group.MapMethods(AssetPattern, _read, pipeline.RunAssetAsync), Unknown(AssetPattern));

        // A page of ours instead of the host's, with the same header fields.
        Mark(
            group.Map("/{**path}", context => pipeline.RunAsync(context, Unknown("/" + context.GetRouteValue("path")))),
            Unknown("/"));
        return group;
    }

    private static DashboardRoute? Find(string pattern)
        => _pages.FirstOrDefault(page => !page.IsWrite && page.Pattern == pattern);

    /// <summary>
    /// Gets the address of the page that has a form. A browser opens the form's own address after a login, or when it loads the
    /// answer again.
    /// </summary>
    private static string PageOf(DashboardRoute form, DashboardRequest request)
    {
        var pattern = form.Pattern;
        do
        {
            pattern = pattern[..pattern.LastIndexOf('/')];
        }
        while (Find(pattern) is null);

        return pattern.Replace("{id}", Uri.EscapeDataString(request.Route("id")), StringComparison.Ordinal);
    }

    private static DashboardRoute Unknown(string path)
        => new(path, Section.None, static _ => Task.FromResult<DashboardAnswer>(Refusal.NotFound));

    /// <summary>
    /// Marks a page as ours, keeps it out of descriptions of the API, and lets cookies redirect to their login page.
    /// </summary>
    private static void Mark(IEndpointConventionBuilder endpoint, DashboardRoute route)
        => endpoint.WithMetadata(route, ExcludeFromApiKeyAccess.Instance).AllowCookieRedirect().ExcludeFromDescription();
}
