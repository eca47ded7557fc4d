using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>An application with endpoints of every kind, whose usage is looked at.</summary>
internal static class UsageApi
{
    private const string CountryField = "X-Country";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<DashboardHost> StartAsync()
    {
        var host = await DashboardHost.StartAsync(
            Map,
            builder =>
            {
                builder.Services.AddSingleton<IAuthorizationHandler, PermissionOfHost.Always>();
                builder.Services.AddAuthorizationBuilder().AddPolicy("Weekdays", policy => policy
                    .AddAuthenticationSchemes(ApiKeyDefaults.AuthenticationScheme).AddRequirements(new PermissionOfHost()));
            },
            dashboard => dashboard.VariableName = "HIREPANDA_API_KEY",
            keys: options =>
            {
                options.Catalog.AddPermissions("read", "jobs:read").AddPermissions("write", "jobs:write", "jobs:close");
                options.Usage.CountryHeaderName = CountryField;
            });
        host.Time.Advance(TimeSpan.FromMinutes(30));
        return host;
    }

    public static Task<IssuedApiKey> IssueAsync(
        this DashboardHost host,
        string name = "checkout",
        string? tier = "read",
        string[]? permissions = null,
        string? owner = null)
        => host.CreateAsync(name, request => request with { Tier = tier, Permissions = permissions, OwnerId = owner });

    public static async Task RevokeAsync(this DashboardHost host, string id)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ApiKeyManager>()
            .RevokeAsync(People.Administrator, id, cancellationToken: Token);
    }

    public static async Task<ApiKeyUsageReport> ReportAsync(this DashboardHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        return (await scope.ServiceProvider.GetRequiredService<ApiKeyUsageReporter>()
            .GetAsync(People.Administrator, null, Token)).Value!;
    }

    /// <summary>Calls the API with a key a number of times.</summary>
    public static async Task SendAsync(
        this DashboardHost host, string secret, string endpoint, int times = 1, string country = "DE")
    {
        for (var call = 0; call < times; call++)
        {
            await host.CallAsync(secret, endpoint, (CountryField, country));
        }
    }

    private static void Map(WebApplication app)
    {
        var time = (FakeTimeProvider)app.Services.GetRequiredService<TimeProvider>();
        app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(DashboardHost.Policy);
        app.MapGet("/jobs/{id}", () => "Gardener").RequireAuthorization("jobs:read");
        app.MapPost("/jobs", () => Results.StatusCode(422)).RequireAuthorization("jobs:write");
        app.MapGet("/slow", () => time.Advance(TimeSpan.FromMilliseconds(250))).RequireAuthorization("jobs:read");
        app.MapGet("/broken", () => Results.StatusCode(500)).RequireAuthorization("jobs:read");
        app.MapGet("/tier", () => "ok").RequireAuthorization("write");
        app.MapGet("/weekdays", () => "ok").RequireAuthorization("Weekdays");
        app.MapGet("/open", () => "ok");
        app.MapGet("/staff", () => "ok").RequireAuthorization(DashboardHost.Policy);
    }

    /// <summary>A requirement of the host that only a request can decide.</summary>
    private sealed class PermissionOfHost : IAuthorizationRequirement
    {
        public sealed class Always : AuthorizationHandler<PermissionOfHost>
        {
            protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionOfHost requirement)
            {
                context.Succeed(requirement);
                return Task.CompletedTask;
            }
        }
    }
}
