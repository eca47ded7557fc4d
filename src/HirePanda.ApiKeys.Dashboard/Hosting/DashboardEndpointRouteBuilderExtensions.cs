using System.Diagnostics.CodeAnalysis;
using HirePanda.ApiKeys.Dashboard;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the dashboard.</summary>
public static class DashboardEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the pages of the dashboard. Call <c>RequireAuthorization</c> with a policy that your signed-in users meet, or
    /// <see cref="LocalRequestsOnly"/>: without either the host does not start.
    /// </summary>
    /// <param name="endpoints">The endpoints of the host.</param>
    /// <param name="pattern">The address of the dashboard, such as <c>/dashboard</c>.</param>
    /// <returns>The group of all pages, for conventions such as <c>RequireAuthorization("Staff")</c>.</returns>
    /// <exception cref="InvalidOperationException"><c>AddDashboard</c> was not called.</exception>
    public static RouteGroupBuilder MapHirePandaApiKeysDashboard(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var pipeline = endpoints.ServiceProvider.GetService<DashboardPipeline>()
            ?? throw new InvalidOperationException(
                "MapHirePandaApiKeysDashboard() needs the services of AddDashboard(): call "
                + "builder.Services.AddHirePandaApiKeys().AddDashboard().");
        return DashboardRoutes.Map(endpoints.MapGroup(pattern), pipeline);
    }

    /// <summary>
    /// Admits requests of this machine instead of a policy: the client address is a loopback address, no proxy forwarded the
    /// request, and the host is localhost. Your <see cref="HirePanda.ApiKeys.IApiKeyActorResolver"/> then maps them to a
    /// workspace.
    /// </summary>
    /// <param name="dashboard">The dashboard.</param>
    /// <returns>The dashboard.</returns>
    public static RouteGroupBuilder LocalRequestsOnly(this RouteGroupBuilder dashboard)
    {
        ArgumentNullException.ThrowIfNull(dashboard);
        return dashboard.WithMetadata(LocalRequests.Instance);
    }
}
