using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Maps every page to its handler.</summary>
internal static class DashboardRoutes
{
    private static readonly string[] _read = [HttpMethods.Get, HttpMethods.Head];
    private static readonly string[] _write = [HttpMethods.Post];

    public static RouteGroupBuilder Map(RouteGroupBuilder group, DashboardPipeline pipeline)
    {
        Get("/", Section.Overview, OverviewPages.ShowAsync);
        Get("/settings", Section.Settings, SettingsPages.ShowAsync);
        MapAssets();
        MapUnknown();
        return group;

        void Get(string pattern, Section section, DashboardHandler handler) => On(_read, pattern, new(pattern, handler, section));

        void Post(string pattern, Section section, DashboardHandler handler) => On(_write, pattern, new(pattern, handler, section));

        void On(string[] methods, string pattern, DashboardRoute route)
            => Hide(group.MapMethods(pattern, methods, context => pipeline.RunAsync(context, route)), route);

        void MapAssets() => Hide(group.MapMethods("/assets/{hash}/{name}", _read, pipeline.RunAssetAsync), Unknown("/assets"));

        // A page of its own instead of the host's, with the same fields.
        void MapUnknown() => Hide(
            group.Map("/{**path}", context => pipeline.RunAsync(context, Unknown("/" + context.GetRouteValue("path")))),
            Unknown("/"));
    }

    private static DashboardRoute Unknown(string path)
        => new(path, static _ => Task.FromResult<DashboardAnswer>(Refusal.NotFound), Section.None);

    /// <summary>Marks a page as ours, keeps it out of API descriptions, and lets cookies redirect it to their login page.</summary>
    private static void Hide(IEndpointConventionBuilder endpoint, DashboardRoute route)
        => endpoint.WithMetadata(route).AllowCookieRedirect().ExcludeFromDescription();
}
