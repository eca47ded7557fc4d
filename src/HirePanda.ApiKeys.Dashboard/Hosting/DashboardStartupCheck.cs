using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>
/// Stops the host if the dashboard is mapped so that it is open to anybody or to nobody. It runs after the host's middleware is
/// set up and before the server listens. What is mapped later is refused at every request.
/// </summary>
internal sealed class DashboardStartupCheck(DashboardAccess access) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        var pages = (app.ApplicationServices.GetService<EndpointDataSource>()?.Endpoints ?? [])
            .Where(endpoint => endpoint.Metadata.GetMetadata<DashboardRoute>() is not null);
        foreach (var page in pages)
        {
            // The policies of a host's options are known without waiting. Another provider is asked at every request.
            var check = access.FindMistakeAsync(page.Metadata);
            if (check.IsCompletedSuccessfully && check.GetAwaiter().GetResult() is { } mistake)
            {
                throw new InvalidOperationException(mistake);
            }
        }
    };
}
