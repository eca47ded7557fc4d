using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Testing.Handlers;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Dashboard.Tests.Security;

/// <summary>A host with the dashboard, whose user is what the client's header fields say.</summary>
internal sealed partial class SecurityHost : IAsyncDisposable
{
    public const string Address = "192.0.2.7";
    public const string Workspace = "acme";

    private readonly WebApplication _app;

    private SecurityHost(WebApplication app) => (_app, Client) = (app, CreateClient(app, "admin"));

    /// <summary>Gets the client of an administrator of <see cref="Workspace"/>.</summary>
    public HttpClient Client { get; }

    public static DateTimeOffset Now { get; } = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public IApiKeyAlertStore Alerts => _app.Services.GetRequiredService<IApiKeyAlertStore>();

    public IApiKeyManagementStore Store => _app.Services.GetRequiredService<IApiKeyManagementStore>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SecurityHost> StartAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
        builder.Services.AddHirePandaApiKeys(options => options.Webhooks.AllowPrivateTargets = true).AddInMemoryStore()
            .AddDashboard();
        builder.Services.AddAuthentication("Person").AddScheme<AuthenticationSchemeOptions, PersonHandler>("Person", null);
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<IApiKeyActorResolver, People>();
        var app = builder.Build();
        app.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = IPAddress.Parse(Address);
            return next(context);
        });
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization();
        await app.StartAsync(Token);
        return new SecurityHost(app);
    }

    /// <summary>Creates a client of another user.</summary>
    public HttpClient CreateClient(string tier, string workspace = Workspace, string? owner = null)
        => CreateClient(_app, tier, workspace, owner);

    public async Task<IssuedApiKey> IssueAsync(string name = "checkout", string workspace = Workspace)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<ApiKeyManager>().CreateAsync(
            new ApiKeyActor { Id = "person", Workspace = workspace, Tier = "admin" },
            new CreateApiKeyRequest { Name = name, Type = ApiKeyTypes.Production },
            Token);
        return result.Value!;
    }

    public async Task<ApiKeyWorkspace> SetAllowlistAsync(bool isEnabled, bool isReportOnly, params string[] networks)
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<ApiKeyWorkspaceManager>().SetAllowlistAsync(
            new ApiKeyActor { Id = "person", Workspace = Workspace, Tier = "admin" },
            new SetAllowlistRequest
            {
                IsEnabled = isEnabled,
                IsReportOnly = isReportOnly,
                Networks = networks,
                Force = true,
            },
            null,
            Token);
        return result.Value!;
    }

    public async Task<ApiKeyWorkspace?> GetWorkspaceAsync() => await Store.GetWorkspaceAsync(Workspace, Token);

    public async Task<(HttpStatusCode Status, string Html)> GetAsync(string path, HttpClient? client = null)
    {
        using var response = await (client ?? Client).GetAsync(new Uri("/dashboard" + path, UriKind.Relative), Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    /// <summary>Loads a page for its token and version, and sends a form.</summary>
    public async Task<(HttpStatusCode Status, string Html, string? Location)> PostAsync(
        string page, string path, HttpClient? client, params (string Name, string Value)[] fields)
    {
        var (_, html) = await GetAsync(page, client);
        var form = fields.ToDictionary(field => field.Name, field => field.Value);
        foreach (Match hidden in Hidden().Matches(html))
        {
            form.TryAdd(hidden.Groups[1].Value, WebUtility.HtmlDecode(hidden.Groups[2].Value));
        }

        using var content = new FormUrlEncodedContent(form);
        using var response = await (client ?? Client).PostAsync(new Uri("/dashboard" + path, UriKind.Relative), content, Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token), response.Headers.Location?.ToString());
    }

    public Task<(HttpStatusCode Status, string Html, string? Location)> PostAsync(
        string page, string path, params (string Name, string Value)[] fields)
        => PostAsync(page, path, null, fields);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    private static HttpClient CreateClient(WebApplication app, string tier, string workspace = Workspace, string? owner = null)
    {
        var client = new HttpClient(new CookieContainerHandler { InnerHandler = app.GetTestServer().CreateHandler() })
        {
            BaseAddress = new Uri("http://localhost"),
        };
        client.DefaultRequestHeaders.Add("X-Tier", tier);
        client.DefaultRequestHeaders.Add("X-Workspace", workspace);
        if (owner is not null)
        {
            client.DefaultRequestHeaders.Add("X-Owner", owner);
        }

        return client;
    }

    [GeneratedRegex("""<input type="hidden" name="(__RequestVerificationToken|version|newest)" value="([^"]*)" ?/?>""")]
    private static partial Regex Hidden();

    private sealed class People : IApiKeyActorResolver
    {
        public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
            => new(new ApiKeyActor
            {
                Id = "person",
                Workspace = context.Request.Headers["X-Workspace"].ToString(),
                Tier = context.Request.Headers["X-Tier"].ToString(),
                OwnerId = context.Request.Headers["X-Owner"] is [{ } owner] ? owner : null,
            });
    }

    private sealed class PersonHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "Ada")], Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
