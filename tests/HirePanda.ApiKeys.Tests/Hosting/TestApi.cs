using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using HirePanda.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// A real ASP.NET Core application in memory, with a manual clock, a store that counts, and a collected log.
/// </summary>
internal sealed class TestApi : IAsyncDisposable
{
    public const string AddressHeader = "X-Test-Remote-Address";
    public const string Workspace = "acme";

    public static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;

    private TestApi(WebApplication app, TestStore store, FakeTimeProvider time, LogCollector logs)
    {
        (_app, Store, Time, Logs) = (app, store, time, logs);
        Client = app.GetTestClient();
    }

    public HttpClient Client { get; }

    public TestStore Store { get; }

    public FakeTimeProvider Time { get; }

    public LogCollector Logs { get; }

    public IServiceProvider Services => _app.Services;

    public TestServer Server => _app.GetTestServer();

    public ApiKeyVerifier Verifier => Services.GetRequiredService<ApiKeyVerifier>();

    /// <summary>
    /// Starts an application with the catalog of the sample and the endpoints /read, /write, /admin, /jobs, /any (any key) and
    /// /open (anonymous).
    /// </summary>
    public static async Task<TestApi> StartAsync(
        Action<ApiKeyOptions>? options = null,
        Action<WebApplicationBuilder>? services = null,
        Action<WebApplication>? app = null,
        bool withStore = true,
        Action<WebApplicationBuilder>? first = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Host.UseDefaultServiceProvider(options => (options.ValidateScopes, options.ValidateOnBuild) = (true, true));
        var logs = new LogCollector();
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        var time = new FakeTimeProvider(Start);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<IStartupFilter, RemoteAddress>();
        var store = new TestStore();
        first?.Invoke(builder);
        var keys = builder.Services.AddHirePandaApiKeys(ours =>
        {
            HirePandaCatalog.Configure(ours.Catalog);
            options?.Invoke(ours);
        });
        if (withStore)
        {
            builder.Services.AddSingleton(store);
            keys.AddStore<TestStore>();
        }

        services?.Invoke(builder);
        var application = builder.Build();
        app?.Invoke(application);
        application.MapGet("/read", () => "read").RequireAuthorization("read");
        application.MapMethods("/write", ["POST", "HEAD"], () => "written").RequireAuthorization("write");
        application.MapGet("/admin", () => "admin").RequireAuthorization("admin");
        application.MapPost("/jobs", () => "job").RequirePermission("jobs:write");
        application.MapGet("/open", (HttpContext context) => context.GetApiKey()?.Id ?? "nobody");
        await application.StartAsync();
        await application.Services.Jobs().Started;
        return new TestApi(application, store, time, logs);
    }

    /// <summary>Adds a key to the store and returns it with its secret.</summary>
    public (ApiKey Key, string Secret) Issue(CreateApiKeyRequest? request = null, Func<ApiKey, ApiKey>? change = null)
    {
        var (key, secret) = Services.GetRequiredService<ApiKeyIssuer>()
            .Issue(Workspace, request ?? new CreateApiKeyRequest { Name = "Test", Type = ApiKeyTypes.Production });
        key = change?.Invoke(key) ?? key;
        Store.Add(key);
        return (key, secret);
    }

    public string Secret(string? tier = "admin") => Issue(
        new CreateApiKeyRequest { Name = "Test", Type = ApiKeyTypes.Production, Tier = tier, Permissions = [] }).Secret;

    /// <summary>Creates a well-formed secret that does not belong to a key.</summary>
    public string UnknownSecret()
        => Services.GetRequiredService<ApiKeyIssuer>()
            .Issue(Workspace, new CreateApiKeyRequest { Name = "Unknown", Type = ApiKeyTypes.Production }).Secret;

    public Task<HttpResponseMessage> GetAsync(string path, string? secret = null, string? address = null)
        => SendAsync(HttpMethod.Get, path, secret, address: address);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? secret = null,
        object? body = null,
        string? address = null,
        Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (secret is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {secret}").Should().BeTrue();
        }

        if (address is not null)
        {
            request.Headers.Add(AddressHeader, address);
        }

        request.Content = body switch
        {
            null => null,
            string text => new StringContent(text, new MediaTypeHeaderValue("application/json")),
            _ => JsonContent.Create(body),
        };
        change?.Invoke(request);
        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>
    /// Yields until a condition on another thread is true, such as the completion of a response.
    /// </summary>
    public static async Task Until(Func<bool> happened)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!happened())
        {
            patience.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(30), "the awaited condition should be true");
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>
    /// Waits until the server has completed every response, which it does shortly after the client gets it.
    /// </summary>
    public Task QuietAsync()
        => Until(() => Services.GetServices<IStartupFilter>().OfType<RemoteAddress>().Single().UnderWay == 0);

    private sealed class RemoteAddress : IStartupFilter
    {
        private int _underWay;

        public int UnderWay => Volatile.Read(ref _underWay);

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((HttpContext context, RequestDelegate rest) =>
            {
                if (context.Request.Headers.TryGetValue(AddressHeader, out var address))
                {
                    context.Connection.RemoteIpAddress = IPAddress.Parse(address.ToString());
                }

                // Callbacks run in reverse order of registration.
                Interlocked.Increment(ref _underWay);
                context.Response.OnCompleted(() => Task.FromResult(Interlocked.Decrement(ref _underWay)));

                return rest(context);
            });
            next(app);
        };
    }
}

/// <summary>Finds the services that a host runs.</summary>
internal static class HostedServices
{
    public static BackgroundJobs Jobs(this IServiceProvider services)
        => services.GetServices<IHostedService>().OfType<BackgroundJobs>().Single();
}
