using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>An application with a dashboard: in memory, or on a real server for a browser.</summary>
internal sealed partial class DashboardHost : IAsyncDisposable
{
    public const string Policy = "Staff";
    public const string AddressField = "X-Test-Address";

    public static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;

    private DashboardHost(WebApplication app, FakeTimeProvider time, LogCollector logs)
        => (_app, Time, Logs) = (app, time, logs);

    public IServiceProvider Services => _app.Services;

    public FakeTimeProvider Time { get; }

    public LogCollector Logs { get; }

    public IApiKeyManagementStore Store => Services.GetRequiredService<IApiKeyManagementStore>();

    public IApiKeyAlertStore Alerts => Services.GetRequiredService<IApiKeyAlertStore>();

    /// <summary>Gets the address of the server, without a slash at its end. Only a host for a browser has one.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Gets the pages and assets as they are mapped.</summary>
    public IEnumerable<RouteEndpoint> Endpoints
        => Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<DashboardRoute>() is not null);

    /// <summary>Starts an application.</summary>
    /// <param name="map">
    /// Maps the dashboard, or is null for <c>/dashboard</c> with the policy of staff, and an API of jobs.
    /// </param>
    /// <param name="services">Adds services.</param>
    /// <param name="options">Configures the dashboard.</param>
    /// <param name="first">Adds services before the library's.</param>
    /// <param name="forBrowser">Whether the host listens on a port.</param>
    /// <param name="hasOwnDataProtection">Whether <paramref name="services"/> adds data protection.</param>
    /// <param name="keys">Configures the keys.</param>
    /// <param name="store">Adds the store, or is null for one in memory.</param>
    public static async Task<DashboardHost> StartAsync(
        Action<WebApplication>? map = null,
        Action<WebApplicationBuilder>? services = null,
        Action<DashboardOptions>? options = null,
        Action<WebApplicationBuilder>? first = null,
        bool forBrowser = false,
        bool hasOwnDataProtection = false,
        Action<ApiKeyOptions>? keys = null,
        Action<ApiKeyBuilder>? store = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        _ = forBrowser
            ? builder.WebHost.UseUrls(Repository.Invariant($"http://127.0.0.1:{Repository.FreePort()}"))
            : builder.WebHost.UseTestServer();
        builder.Host.UseDefaultServiceProvider(scopes => (scopes.ValidateScopes, scopes.ValidateOnBuild) = (true, true));
        var (time, logs) = (new FakeTimeProvider(Start), new LogCollector());
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<CompletedRequests>();
        builder.Services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<CompletedRequests>());
        builder.Services.AddSingleton<IStartupFilter, ClientAddress>();
        if (!hasOwnDataProtection)
        {
            builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        }

        builder.Services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, PersonHandler>(PersonHandler.SchemeName, null);
        builder.Services.AddAuthorizationBuilder().AddPolicy(
            Policy, policy => policy.AddAuthenticationSchemes(PersonHandler.SchemeName).RequireAuthenticatedUser());
        first?.Invoke(builder);
        var ours = builder.Services.AddHirePandaApiKeys(options => keys?.Invoke(options)).AddDashboard(dashboard =>
        {
            dashboard.SignOutPath = "/logout";
            options?.Invoke(dashboard);
        });
        (store ?? (api => api.AddInMemoryStore()))(ours);
        builder.Services.AddSingleton<IApiKeyActorResolver, People>();
        services?.Invoke(builder);
        var app = builder.Build();
        (map ?? Map)(app);
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new DashboardHost(app, time, logs);
    }

    private static void Map(WebApplication app)
    {
        app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization(Policy);
        app.MapGet("/jobs", () => "Gardener").RequireAuthorization("read");
        app.MapGet("/jobs/{id}", () => Results.NotFound()).RequireAuthorization("read");
        app.MapPost("/jobs", () => Results.StatusCode(500)).RequireAuthorization("write");
    }

    /// <summary>Lets a request choose the address that it comes from.</summary>
    private sealed class ClientAddress : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext context, RequestDelegate rest) =>
            {
                if (context.Request.Headers[AddressField] is [{ } address])
                {
                    context.Connection.RemoteIpAddress = IPAddress.Parse(address);
                }

                return rest(context);
            });
            next(app);
        };
    }
}
