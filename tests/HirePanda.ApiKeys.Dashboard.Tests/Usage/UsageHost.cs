using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>An application with a dashboard and endpoints of every kind, whose usage is looked at.</summary>
internal sealed partial class UsageHost : IAsyncDisposable
{
    public const string Admin = "admin";

    private const string PersonField = "X-Usage-Person";
    private const string CountryField = "X-Country";
    private static readonly Uri _origin = new("http://localhost/");

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client;

    private UsageHost(WebApplication app, FakeTimeProvider time)
        => (_app, Time, _client) = (app, time, new(app.GetTestServer().CreateHandler()));

    public FakeTimeProvider Time { get; }

    public static async Task<UsageHost> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        var time = new FakeTimeProvider(new(2026, 11, 24, 12, 30, 0, TimeSpan.Zero));
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<CompletedRequests>();
        builder.Services.AddSingleton<IStartupFilter>(services => services.GetRequiredService<CompletedRequests>());
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Handler>("Usage", null);
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy("Staff", policy => policy.AddAuthenticationSchemes("Usage").RequireAuthenticatedUser())
            .AddPolicy("Weekdays", policy => policy.AddAuthenticationSchemes(ApiKeyDefaults.AuthenticationScheme)
                .AddRequirements(new PermissionOfHost()));
        builder.Services.AddSingleton<IAuthorizationHandler, PermissionOfHost.Always>();
        builder.Services.AddHirePandaApiKeys(options =>
        {
            options.Catalog.AddPermissions("read", "jobs:read").AddPermissions("write", "jobs:write", "jobs:close");
            options.Usage.CountryHeaderName = CountryField;
        }).AddInMemoryStore().AddDashboard(options => options.VariableName = "HIREPANDA_API_KEY");
        builder.Services.AddSingleton<IApiKeyActorResolver, Resolver>();
        var app = builder.Build();
        app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization("Staff");
        app.MapGet("/jobs/{id}", () => "Gardener").RequireAuthorization("jobs:read");
        app.MapPost("/jobs", () => Results.StatusCode(422)).RequireAuthorization("jobs:write");
        app.MapGet("/slow", () => time.Advance(TimeSpan.FromMilliseconds(250))).RequireAuthorization("jobs:read");
        app.MapGet("/broken", () => Results.StatusCode(500)).RequireAuthorization("jobs:read");
        app.MapGet("/tier", () => "ok").RequireAuthorization("write");
        app.MapGet("/weekdays", () => "ok").RequireAuthorization("Weekdays");
        app.MapGet("/open", () => "ok");
        app.MapGet("/staff", () => "ok").RequireAuthorization("Staff");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new UsageHost(app, time);
    }

    public async Task<IssuedApiKey> CreateAsync(
        string name = "checkout", string? tier = "read", string[]? permissions = null, string? owner = null)
    {
        var request = new CreateApiKeyRequest
        {
            Name = name,
            Type = "ci",
            Tier = tier,
            Permissions = permissions,
            OwnerId = owner,
        };
        return (await _app.Services.GetRequiredService<ApiKeyManager>()
            .CreateAsync(Actor(Admin), request, TestContext.Current.CancellationToken)).Value!;
    }

    public async Task RevokeAsync(string id)
        => await _app.Services.GetRequiredService<ApiKeyManager>()
            .RevokeAsync(Actor(Admin), id, cancellationToken: TestContext.Current.CancellationToken);

    public async Task<ApiKeyUsageReport> ReportAsync(ApiKeyUsageReportOptions? options = null)
        => (await _app.Services.GetRequiredService<ApiKeyUsageReporter>()
            .GetAsync(Actor(Admin), options, TestContext.Current.CancellationToken)).Value!;

    /// <summary>Calls the API with a key.</summary>
    public async Task CallAsync(string secret, string endpoint, int times = 1, string country = "DE")
    {
        for (var call = 0; call < times; call++)
        {
            var (method, path) = (endpoint.Split(' ')[0], endpoint.Split(' ')[1]);
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_origin, path));
            request.Headers.Add("Authorization", "Bearer " + secret);
            request.Headers.Add(CountryField, country);
            using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        }

        await _app.Services.GetRequiredService<CompletedRequests>().WaitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<Page> GetAsync(string path, string person = Admin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_origin, "/dashboard" + path));
        request.Headers.Add(PersonField, person);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Page(response.StatusCode, html, response.Content.Headers.ContentType?.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private static ApiKeyActor Actor(string person) => person switch
    {
        "other" => new() { Id = "user:other", Workspace = "second", Tier = "admin" },
        "reader" => new() { Id = "user:reader", Workspace = "acme", Tier = "read" },
        "ada" => new() { Id = "user:ada", Workspace = "acme", Tier = "admin", OwnerId = "ada" },
        _ => new() { Id = "user:" + person, Workspace = "acme", Tier = "admin" },
    };

    /// <summary>A page as it was answered.</summary>
    internal sealed partial record Page(HttpStatusCode Status, string Html, string? ContentType)
    {
        /// <summary>Gets the text of the main part, without markup.</summary>
        public string Text => Plain(Html[Html.IndexOf("<main", StringComparison.Ordinal)..]);

        /// <summary>Gets the cells of each row of the table with a caption.</summary>
        public IReadOnlyList<string> Rows(string caption)
        {
            var table = Html[Html.IndexOf($">{caption}</caption>", StringComparison.Ordinal)..];
            table = table[..table.IndexOf("</tbody>", StringComparison.Ordinal)];
            return [.. Row().Matches(table).Skip(1).Select(row => string.Join(
                " | ", Cell().Matches(row.Value).Select(cell => Plain(cell.Groups["text"].Value).Trim())))];
        }

        private static string Plain(string html) => WebUtility.HtmlDecode(Space().Replace(Tag().Replace(html, " "), " "));

        [GeneratedRegex("<[^>]*>")]
        private static partial Regex Tag();

        [GeneratedRegex("\\s+")]
        private static partial Regex Space();

        [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
        private static partial Regex Row();

        [GeneratedRegex("<t[hd][^>]*>(?<text>.*?)</t[hd]>", RegexOptions.Singleline)]
        private static partial Regex Cell();
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

    private sealed class Handler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var claims = new[] { new Claim(ClaimTypes.Name, Request.Headers[PersonField].ToString()) };
            var user = new ClaimsPrincipal(new ClaimsIdentity(claims, "Usage"));
            return Task.FromResult(AuthenticateResult.Success(new(user, "Usage")));
        }
    }

    private sealed class Resolver : IApiKeyActorResolver
    {
        public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
            => new(Actor(context.User.Identity!.Name!));
    }
}
