using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authentication;
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

/// <summary>An application with a dashboard and two endpoints, and somebody who is signed in there.</summary>
internal sealed partial class KeysHost : IAsyncDisposable
{
    public const string Owner = "owner";

    private const string PersonField = "X-Keys-Person";
    private static readonly Uri _origin = new("http://localhost/");

    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _client;
    private readonly Dictionary<string, CookieContainer> _cookies = [];

    private KeysHost(WebApplication app, FakeTimeProvider time)
        => (_app, Time, _client) = (app, time, new(app.GetTestServer().CreateHandler()));

    public FakeTimeProvider Time { get; }

    public ApiKeyManager Keys => _app.Services.GetRequiredService<ApiKeyManager>();

    public static async Task<KeysHost> StartAsync(Action<ApiKeyOptions>? configure = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        var time = new FakeTimeProvider(new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<CompletedRequests>();
        builder.Services.AddSingleton<IStartupFilter>(services => services.GetRequiredService<CompletedRequests>());
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, Handler>("Keys", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy(
            "Staff", policy => policy.AddAuthenticationSchemes("Keys").RequireAuthenticatedUser());
        builder.Services.AddHirePandaApiKeys(options =>
        {
            options.Catalog.AddPermissions("read", "jobs:read").AddPermissions("write", "jobs:write");
            configure?.Invoke(options);
        }).AddInMemoryStore().AddDashboard(options => options.VariableName = "HIREPANDA_API_KEY");
        builder.Services.AddSingleton<IApiKeyActorResolver, Resolver>();
        var app = builder.Build();
        app.MapHirePandaApiKeysDashboard("/dashboard").RequireAuthorization("Staff");
        app.MapGet("/jobs", () => "Gardener").RequireAuthorization("jobs:read");
        app.MapPost("/jobs", () => "Created").RequireAuthorization("jobs:write");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new KeysHost(app, time);
    }

    public static ApiKeyActor Actor(string person) => person switch
    {
        "other" => new() { Id = "user:other", Workspace = "second", Tier = "admin" },
        "reader" => new() { Id = "user:reader", Workspace = "acme", Tier = "read" },
        "writer" => new() { Id = "user:writer", Workspace = "acme", Tier = "write", Permissions = ["keys:manage"] },
        _ => new() { Id = "user:" + person, Workspace = "acme", Tier = "admin" },
    };

    public async Task<IssuedApiKey> CreateAsync(
        string name = "checkout-prod", Func<CreateApiKeyRequest, CreateApiKeyRequest>? with = null)
    {
        var request = new CreateApiKeyRequest { Name = name, Type = "ci" };
        var issued = await Keys.CreateAsync(
            Actor(Owner), with?.Invoke(request) ?? request, TestContext.Current.CancellationToken);
        return issued.Value!;
    }

    public async Task<ApiKey> FindAsync(string id)
        => (await Keys.GetAsync(Actor(Owner), id, TestContext.Current.CancellationToken)).Value!;

    public async Task<ApiKey> FindByNameAsync(string name)
        => (await Keys.ListAsync(
            Actor(Owner), new ApiKeyListOptions { Name = name }, TestContext.Current.CancellationToken)).Value!.Items.Single();

    /// <summary>Calls the API with a key.</summary>
    public async Task<HttpStatusCode> CallAsync(string secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_origin, "/jobs"));
        request.Headers.Add("Authorization", "Bearer " + secret);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        await _app.Services.GetRequiredService<CompletedRequests>().WaitAsync(TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    public Task<Page> GetAsync(string path, string person = Owner) => SendAsync(HttpMethod.Get, path, null, person);

    /// <summary>Posts a form with the token of a page.</summary>
    public async Task<Page> PostAsync(string path, Dictionary<string, string>? form = null, string person = Owner)
    {
        var token = Token().Match((await SendAsync(HttpMethod.Get, "/keys", null, person)).Html);
        List<KeyValuePair<string, string>> fields = [.. form ?? []];
        if (token.Success)
        {
            fields.Add(new(token.Groups["name"].Value, token.Groups["value"].Value));
        }

        return await SendAsync(HttpMethod.Post, path, fields, person);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    private async Task<Page> SendAsync(
        HttpMethod method, string path, List<KeyValuePair<string, string>>? form, string person)
    {
        var cookies = _cookies.TryGetValue(person, out var known) ? known : _cookies[person] = new CookieContainer();
        using var request = new HttpRequestMessage(method, new Uri(_origin, "/dashboard" + path));
        request.Headers.Add(PersonField, person);
        if (cookies.GetCookieHeader(_origin) is { Length: > 0 } header)
        {
            request.Headers.Add("Cookie", header);
        }

        request.Content = form is null ? null : new FormUrlEncodedContent(form);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            cookies.SetCookies(_origin, cookie);
        }

        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Page(response.StatusCode, html, response.Headers.Location?.OriginalString);
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>__[^\"]+)\" value=\"(?<value>[^\"]{60,})\"")]
    private static partial Regex Token();

    /// <summary>A page as it was answered.</summary>
    internal sealed partial record Page(HttpStatusCode Status, string Html, string? Location)
    {
        /// <summary>Gets the text of the main part, without markup.</summary>
        public string Text
        {
            get
            {
                var main = Html[Html.IndexOf("<main", StringComparison.Ordinal)..];
                return BeforePunctuation().Replace(
                    WebUtility.HtmlDecode(Space().Replace(Tag().Replace(main, " "), " ")), "");
            }
        }

        /// <summary>Gets the value of a hidden or visible field.</summary>
        public string Value(string name)
            => WebUtility.HtmlDecode(Regex.Match(Html, $"name=\"{name}\"[^>]*? value=\"([^\"]*)\"").Groups[1].Value);

        /// <summary>Gets the secret that the page shows.</summary>
        public string Secret => Regex.Match(Html, "id=\"secret\" value=\"([^\"]+)\"").Groups[1].Value;

        [GeneratedRegex("<[^>]*>")]
        private static partial Regex Tag();

        [GeneratedRegex("\\s+")]
        private static partial Regex Space();

        [GeneratedRegex(@" (?=[.,?;:])")]
        private static partial Regex BeforePunctuation();
    }

    private sealed class Handler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var claims = new[] { new Claim(ClaimTypes.Name, Request.Headers[PersonField].ToString()) };
            var user = new ClaimsPrincipal(new ClaimsIdentity(claims, "Keys"));
            return Task.FromResult(AuthenticateResult.Success(new(user, "Keys")));
        }
    }

    private sealed class Resolver : IApiKeyActorResolver
    {
        public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
            => new(Actor(context.User.Identity!.Name!));
    }
}
