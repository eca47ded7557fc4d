using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Requests that another site can make from the browser of a person who manages keys with a cookie.</summary>
public sealed class CrossSiteTests
{
    [Theory]
    [InlineData("/keys/revoke-all", null)]
    [InlineData("/keys/revoke-all", "application/x-www-form-urlencoded")]
    [InlineData("/keys/revoke-all", "text/plain")]
    [InlineData("/keys/{id}/rotate", null)]
    [InlineData("/keys/{id}/revoke", "multipart/form-data")]
    public async Task Post_AFormWithACookie_IsRefused(string path, string? type)
    {
        await using var api = await StartAsync();
        var (key, secret) = api.Issue();

        using var response = await SendAsync(api, path.Replace("{id}", key.Id), type, body: "");

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
        (await response.CodeAsync()).Should().Be("unsupported_media_type");
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
        (await api.Store.GetKeyAsync(TestApi.Workspace, key.Id, TestContext.Current.CancellationToken))!.Version.Should().Be(1);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Sec-Fetch-Site", "what?", false)]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Sec-Fetch-Site", "same-site", true)]
    [InlineData("Origin", "https://evil.example", false)]
    [InlineData("Origin", "http://localhost:81", false)]
    [InlineData("Origin", "null", false)]
    [InlineData("Origin", "http://localhost", true)]
    [InlineData("Origin", "https://localhost", true)]
    [InlineData("Origin", "ftp://localhost", false)]
    [InlineData("Sec-Fetch-Site", "same-origin, cross-site", false)]
    public async Task Post_JsonWithACookieFromASite_IsRefusedIfItIsAnother(string header, string value, bool isAccepted)
    {
        await using var api = await StartAsync();
        var (_, secret) = api.Issue();

        using var response = await SendAsync(api, "/keys/revoke-all", "application/json", "{}", header, value);

        response.StatusCode.Should().Be(isAccepted ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        (await api.StatusAsync(secret)).Should().Be(isAccepted ? HttpStatusCode.Unauthorized : HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("http://localhost", false)]
    [InlineData("https://localhost", true)]
    public async Task Post_OverHttpsFromAPageWithoutIt_IsRefused(string origin, bool isAccepted)
    {
        await using var api = await StartAsync();

        using var response = await SendAsync(
            api, "https://localhost/keys/revoke-all", "application/json", "{}", "Origin", origin);

        response.StatusCode.Should().Be(isAccepted ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("PUT")]
    public async Task Post_AFormThatNamesAnotherMethod_IsRefused(string method)
    {
        await using var api = await StartAsync(app =>
        {
            app.UseHttpMethodOverride(new HttpMethodOverrideOptions { FormFieldName = "_method" });
            app.UseRouting().UseAuthentication().UseAuthorization();
        });
        await api.Store.AddWebhookAsync(
            new ApiKeyWebhook
            {
                Id = "whk_x",
                Workspace = TestApi.Workspace,
                Url = "https://example.com/",
                ProtectedSecret = "",
                CreatedAt = TestApi.Start,
            },
            10,
            null,
            AuditEntries.New(
                new ApiKeyActor { Id = "person", Workspace = TestApi.Workspace }, "webhook.create", TestApi.Start, null),
            TestContext.Current.CancellationToken);

        foreach (var path in new[] { "/keys/webhooks/whk_x", "/keys/ip-allowlist", "/keys/key_x" })
        {
            using var response = await SendAsync(
                api, path, "application/x-www-form-urlencoded", $"_method={method}", "Sec-Fetch-Site", "same-site");
            response.IsSuccessStatusCode.Should().BeFalse();
        }

        (await api.Store.ListWebhooksAsync(TestApi.Workspace, null, 10, TestContext.Current.CancellationToken))
            .Should().ContainSingle();
    }

    [Fact]
    public async Task Post_AFormWithAKeyThatTheHostTakesFromACookie_IsRefused()
    {
        await using var api = await TestApi.StartAsync(
            options => options.Events.OnMessageReceived = received =>
            {
                received.Secret = received.Request.Cookies["key"];
                return Task.CompletedTask;
            },
            app: app => app.MapHirePandaApiKeys("/keys"));
        var (admin, other) = (api.Secret(), api.Secret());

        using var form = await SendAsync("application/x-www-form-urlencoded", "cross-site");
        using var json = await SendAsync("application/json", "cross-site");
        using var own = await SendAsync("application/json", "same-origin");

        form.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        json.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        own.StatusCode.Should().Be(HttpStatusCode.OK);
        (await api.StatusAsync(other)).Should().Be(HttpStatusCode.Unauthorized);

        Task<HttpResponseMessage> SendAsync(string type, string site)
            => api.SendAsync(HttpMethod.Post, "/keys/revoke-all", change: request =>
        {
            request.Headers.Add("Cookie", $"key={admin}");
            request.Headers.Add("Sec-Fetch-Site", site);
            request.Content = new StringContent("{}", new MediaTypeHeaderValue(type));
        });
    }

    [Fact]
    public async Task Delete_WithACookieFromAnotherSite_IsRefused()
    {
        await using var api = await StartAsync();

        using var response = await SendAsync(
            api, "/keys/webhooks/x", null, null, "Sec-Fetch-Site", "cross-site", HttpMethod.Delete);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Post_WithAKey_NeedsNoContentTypeAndMayComeFromAnywhere()
    {
        await using var api = await ManagementApi.StartAsync();
        var secret = api.Secret();
        var (key, _) = api.Issue();

        using var response = await api.SendAsync(
            HttpMethod.Post, $"{ManagementApi.Keys}/{key.Id}/revoke", secret, change: request =>
        {
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            request.Headers.Add("Origin", "https://app.example");
        });

        response.StatusCode.Should().Be(HttpStatusCode.OK, "no browser sends a key by itself");
    }

    private static Task<HttpResponseMessage> SendAsync(
        TestApi api,
        string path,
        string? type,
        string? body,
        string? header = null,
        string? value = null,
        HttpMethod? method = null)
        => api.SendAsync(method ?? HttpMethod.Post, path, change: request =>
        {
            request.Headers.Add("Cookie", "person=ada");
            if (header is not null)
            {
                request.Headers.TryAddWithoutValidation(header, value).Should().BeTrue();
            }

            if (body is not null)
            {
                request.Content = new StringContent(body, mediaType: null!);
                request.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
            }
        });

    private static Task<TestApi> StartAsync(Action<WebApplication>? first = null) => TestApi.StartAsync(
        services: builder =>
        {
            builder.Services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, CookieHandler>("Cookie", null);
            builder.Services.AddAuthorizationBuilder()
                .AddPolicy("people", policy => policy.AddAuthenticationSchemes("Cookie").RequireAuthenticatedUser());
            builder.Services.AddSingleton<IApiKeyActorResolver, People>();
        },
        app: app =>
        {
            first?.Invoke(app);
            app.MapHirePandaApiKeys("/keys", policy: "people");
        });

    private sealed class People : IApiKeyActorResolver
    {
        public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
            => new(new ApiKeyActor { Id = "person", Workspace = TestApi.Workspace, Tier = "admin" });
    }

    private sealed class CookieHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Cookies["person"] is null
            ? AuthenticateResult.NoResult()
            : AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([], Scheme.Name)), Scheme.Name)));
    }
}
