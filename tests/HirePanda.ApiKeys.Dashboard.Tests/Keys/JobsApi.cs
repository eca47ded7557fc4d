using Microsoft.AspNetCore.Builder;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>An application with two endpoints, each of which needs a permission.</summary>
internal static class JobsApi
{
    public static Task<DashboardHost> StartAsync() => DashboardHost.StartAsync(
        app =>
        {
            app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
            app.MapGet("/jobs", () => "Gardener").RequireAuthorization("jobs:read");
            app.MapPost("/jobs", () => "Created").RequireAuthorization("jobs:write");
        },
        options: dashboard => dashboard.VariableName = "HIREPANDA_API_KEY",
        keys: options => options.Catalog.AddPermissions("read", "jobs:read").AddPermissions("write", "jobs:write"));
}
