using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.Api.Tests;

/// <summary>The API with access tokens of its own server, under the same policies as keys.</summary>
public sealed class AcceptedTokenTests
{
    private const string Jobs = "/api/v1/jobs";
    private const string Metadata = "resource_metadata=\"http://localhost/.well-known/oauth-protected-resource\"";

    [Fact]
    public async Task Token_WithTheScope_IsAccepted_AndWithoutIt_Forbidden()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync(scopes: "openid offline_access jobs:read");
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app, "openid offline_access jobs:read");

        using var read = await CallAsync(host, HttpMethod.Get, Jobs, tokens.Access);
        using var write = await CallAsync(host, HttpMethod.Post, Jobs, tokens.Access);

        read.StatusCode.Should().Be(HttpStatusCode.OK);
        read.Header("RateLimit-Policy").Should().StartWith("\"default\";q=");
        write.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        write.Header("WWW-Authenticate").Should().Be("Bearer error=\"insufficient_scope\", scope=\"jobs:write\"");
        (await write.TextAsync()).Should().Contain("this credential lacks jobs:write");
    }

    [Fact]
    public async Task Token_OfATier_MayDoWhatTheTierMay()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync(scopes: "offline_access write");
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app, "offline_access write");

        using var response = await CallAsync(host, HttpMethod.Post, Jobs, tokens.Access);

        response.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Usage_OfAToken_CountsForItsClient()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        for (var i = 0; i < 3; i++)
        {
            using var read = await CallAsync(host, HttpMethod.Get, Jobs, tokens.Access);
        }

        using var usage = await host.CallAsync(HttpMethod.Get, $"/api/v1/api-keys/usage?keyId={app.Id}");

        var json = await usage.JsonAsync();
        json.GetProperty("totals").GetProperty("requests").GetInt32().Should().Be(3);
    }

    [Theory]
    [InlineData("withdraw")]
    [InlineData("revoke")]
    [InlineData("delete")]
    public async Task Token_ThatIsWithdrawn_IsRefusedWithinTwoSeconds(string how)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await OAuthHost.StartAsync(services: all => all.AddSingleton<TimeProvider>(time));
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        using var before = await CallAsync(host, HttpMethod.Get, Jobs, tokens.Access);

        await host.EndAsync(browser, app, tokens, how);
        time.Advance(TimeSpan.FromSeconds(2));
        using var after = await CallAsync(host, HttpMethod.Get, Jobs, tokens.Access);

        before.StatusCode.Should().Be(HttpStatusCode.OK);
        after.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        after.Header("WWW-Authenticate").Should().Be($"Bearer error=\"invalid_token\", {Metadata}");
        (await after.TextAsync()).Should().Be(
            """{"error":{"code":"unauthorized","message":"Invalid or missing API key","status":401}}""");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_ThatEndsWhileTheBodyArrives_CreatesNothing(bool isWithdrawn)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var arrival = new Arrival();
        await using var host = await OAuthHost.StartAsync(
            services: all => all.AddSingleton<TimeProvider>(time).AddSingleton<IClaimsTransformation>(arrival),
            settings: [("OAuth:AccessTokenLifetime", "00:00:20")]);
        const string Scopes = "offline_access keys:manage jobs:read";
        var app = await host.RegisterAsync(scopes: Scopes);
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app, Scopes);
        var body = new SlowBody("""{"name":"Late","type":"ci","permissions":["jobs:read"]}""", async () =>
        {
            await arrival.Next.Task.WaitAsync(TestContext.Current.CancellationToken);
            time.Advance(TimeSpan.FromSeconds(2));
            if (isWithdrawn)
            {
                await host.EndAsync(browser, app, tokens, "withdraw");
            }
            else
            {
                time.Advance(TimeSpan.FromSeconds(20));
            }
        });

        using var client = host.Open();
        using var early = await client.SendAsync(
            HttpMethod.Post,
            "/api/v1/api-keys",
            new SlowBody(body.Json, () => Task.CompletedTask),
            OAuthHost.Authorize(tokens.Access));
        arrival.Next = new();
        using var late = await client.SendAsync(HttpMethod.Post, "/api/v1/api-keys", body, OAuthHost.Authorize(tokens.Access));

        early.StatusCode.Should().Be(HttpStatusCode.Created, await early.TextAsync());
        late.StatusCode.Should().Be(HttpStatusCode.Unauthorized, await late.TextAsync());
    }

    [Fact]
    public async Task Token_ThatExpires_IsRefused()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await OAuthHost.StartAsync(
            services: all => all.AddSingleton<TimeProvider>(time), settings: [("OAuth:AccessTokenLifetime", "00:10:00")]);
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);

        time.Advance(TimeSpan.FromMinutes(16));
        using var response = await CallAsync(host, HttpMethod.Get, Jobs, tokens.Access);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task RefreshTokenOrTamperedToken_IsRefused()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        var middle = tokens.Access.Length / 2;
        var tampered = tokens.Access[..middle] + (tokens.Access[middle] == 'a' ? 'b' : 'a') + tokens.Access[(middle + 1)..];

        using var refresh = await CallAsync(host, HttpMethod.Get, Jobs, tokens.Refresh);
        using var changed = await CallAsync(host, HttpMethod.Get, Jobs, tampered);

        refresh.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        changed.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Token_FromAnAddressThatTheWorkspaceDoesNotAllow_IsForbidden()
    {
        await using var host = await OAuthHost.StartAsync();
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        using var allowlist = await host.CallAsync(
            HttpMethod.Put, "/api/v1/api-keys/ip-allowlist?force=true",
            new { enabled = true, networks = new[] { "192.0.2.0/24" } });

        using var response = await CallAsync(host, HttpMethod.Get, Jobs, tokens.Access);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden, await allowlist.TextAsync());
        (await response.TextAsync()).Should().Contain("IP address is not on the allowlist");
    }

    [Fact]
    public async Task Challenge_NamesTheMetadata_WhichNamesTheServerAndTheScopes()
    {
        await using var host = await OAuthHost.StartAsync();
        using var browser = host.Open();

        using var challenge = await browser.GetAsync(Jobs);
        using var metadata = await browser.GetAsync("/.well-known/oauth-protected-resource");
        using var discovery = await browser.GetAsync("/.well-known/openid-configuration");

        challenge.Header("WWW-Authenticate").Should().Be($"Bearer {Metadata}");
        var (json, server) = (await metadata.JsonAsync(), await discovery.JsonAsync());
        json.GetProperty("resource").GetString().Should().Be("http://localhost");
        json.GetProperty("authorization_servers")[0].GetString().Should().Be(server.GetProperty("issuer").GetString());
        json.GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString()).Should()
            .Contain(["read", "admin", "jobs:write", "keys:manage"]);
        server.GetProperty("scopes_supported").EnumerateArray().Select(scope => scope.GetString()).Should()
            .Contain(["read", "admin", "jobs:write", "keys:manage", "openid", "offline_access"]);
    }

    [Fact]
    public async Task Metadata_BehindAProxyThatEndsTls_NamesTheAddressOfTheCaller()
    {
        await using var host = await OAuthHost.StartAsync(
            services: TestAddress.AddTo, settings: ("TrustedProxies:0", "192.0.2.1"));
        using var browser = host.Open();
        Action<HttpRequestMessage> proxy = request =>
        {
            request.Headers.Add(TestAddress.Header, "192.0.2.1");
            request.Headers.Add("X-Forwarded-For", "198.51.100.7");
            request.Headers.Add("X-Forwarded-Proto", "https");
        };

        using var challenge = await browser.SendAsync(HttpMethod.Get, Jobs, change: proxy);
        using var metadata = await browser.SendAsync(HttpMethod.Get, "/.well-known/oauth-protected-resource", change: proxy);
        using var discovery = await browser.SendAsync(HttpMethod.Get, "/.well-known/openid-configuration", change: proxy);

        challenge.Header("WWW-Authenticate").Should().Contain("resource_metadata=\"https://localhost/.well-known/");
        var json = await metadata.JsonAsync();
        json.GetProperty("resource").GetString().Should().Be("https://localhost");
        json.GetProperty("authorization_servers")[0].GetString().Should().Be("https://localhost/")
            .And.Be((await discovery.JsonAsync()).GetProperty("issuer").GetString());
    }

    private static async Task<HttpResponseMessage> CallAsync(OAuthHost host, HttpMethod method, string path, string token)
    {
        using var client = host.Open();
        return await client.SendAsync(
            method, path, method == HttpMethod.Post ? JsonContent.Create(new { title = "Gardener" }) : null,
            OAuthHost.Authorize(token));
    }
}
