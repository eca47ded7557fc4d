using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Which scheme takes a request, and what its principal maps to.</summary>
public sealed class AcceptedSchemeTests
{
    [Theory]
    [InlineData("alg none")]
    [InlineData("expired")]
    [InlineData("other audience")]
    [InlineData("other issuer")]
    [InlineData("other signature")]
    [InlineData("junk")]
    public async Task Call_InvalidJwt_IsUnauthorizedAndNotCounted(string kind)
    {
        await using var api = await CredentialsApi.StartAsync();
        var token = kind == "junk" ? "e30.e30.e30" : CredentialsApi.Jwt("admin", token => Break(token, kind));

        using var response = await api.GetAsync("/read", token);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be("Bearer error=\"invalid_token\"");
        (await response.CodeAsync()).Should().Be("unauthorized");
        response.Header("RateLimit").Should().BeNull();
    }

    [Theory]
    [InlineData(true, false, "Bearer error=\"invalid_request\"")]
    [InlineData(false, true, "Bearer error=\"invalid_request\"")]
    public async Task Call_KeyAndToken_IsRefused(bool isInHeader, bool isSecondLine, string challenge)
    {
        await using var api = await CredentialsApi.StartAsync(options => options.HeaderNames = ["X-API-Key"]);
        var secret = api.Secret();

        using var response = await api.CallAsync("/read", new(CredentialsApi.Jwt("admin"), null), change: request =>
        {
            _ = isInHeader && request.Headers.TryAddWithoutValidation("X-API-Key", secret);
            _ = isSecondLine && request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {secret}");
        });

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be(challenge);
    }

    [Fact]
    public async Task Call_CookieAndAnotherCredential_TheOtherCredentialCounts()
    {
        await using var api = await CredentialsApi.StartAsync(options => options.HeaderNames = ["X-API-Key"]);
        var cookie = await api.CookieAsync("admin");
        var secret = api.Secret("read");

        using var key = await api.CallAsync("/admin", new(secret, cookie));
        using var header = await api.CallAsync(
            "/admin", new(null, cookie), change: request => request.Headers.Add("X-API-Key", secret));
        using var token = await api.CallAsync("/admin", new(CredentialsApi.Jwt("read"), cookie));
        using var basic = await api.CallAsync(
            "/admin", new(null, cookie), change: request => request.Headers.Add("Authorization", "Basic YTpi"));

        key.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        header.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        token.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        basic.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Call_CookieInChunks_IsAccepted()
    {
        await using var api = await CredentialsApi.StartAsync();
        var cookie = await api.CookieAsync(
            "read", "sub=ada&workspace=acme" + string.Concat(Enumerable.Repeat($"&role={new string('x', 99)}", 60)));

        using var response = await api.CallAsync("/read", new(null, cookie));

        cookie.Should().Contain("C1=");
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Header("Cache-Control").Should().Be("private", "shared caches do not protect cookies");
    }

    [Fact]
    public async Task Call_SeveralTokenSchemes_ThePredicateChooses()
    {
        await using var api = await CredentialsApi.StartAsync(accept: keys => keys
            .AcceptScheme("Bearer")
            .AcceptScheme("Partner", scheme =>
            {
                scheme.Selects = context => context.Request.Headers.Authorization is [{ Length: > 7 } value]
                    && new JsonWebTokenHandler().CanReadToken(value[7..])
                    && new JsonWebToken(value[7..]).Issuer == CredentialsApi.Partner;
                scheme.MapActor = principal => new ApiKeyActor
                {
                    Id = principal.FindFirstValue(ClaimTypes.NameIdentifier)!,
                    Workspace = "partners",
                    Tier = "read",
                };
            }));

        using var own = await api.GetAsync("/who", CredentialsApi.Jwt("write"));
        using var partner = await api.GetAsync(
            "/who", CredentialsApi.Jwt("admin", token => token.Issuer = CredentialsApi.Partner));

        (await own.TextAsync()).Should().StartWith(" acme ").And.Contain("jobs:write");
        (await partner.TextAsync()).Should().StartWith(" partners ").And.NotContain("jobs:write");
    }

    [Theory]
    [InlineData("no workspace")]
    [InlineData("two workspaces")]
    [InlineData("no client")]
    [InlineData("long client")]
    [InlineData("client with a control character")]
    public async Task Call_TokenWithoutAWorkspaceOrClient_IsForbidden(string kind)
    {
        await using var api = await CredentialsApi.StartAsync();

        using var response = await api.GetAsync("/read", CredentialsApi.Jwt("admin", token => Unmap(token.Claims, kind)));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await response.TextAsync()).Should().Be(
            """{"error":{"code":"forbidden","message":"The credential does not name a workspace and a client","status":403}}""");
    }

    [Theory]
    [InlineData("scope", "openid jobs:write unknown", "/jobs", true)]
    [InlineData("scp", "jobs:write", "/jobs", true)]
    [InlineData("scope", "READ JOBS:WRITE", "/jobs", false)]
    [InlineData("roles", "jobs:write", "/jobs", false)]
    [InlineData("scope", "jobs:read", "/jobs", false)]
    public async Task Call_ScopesOfAToken_GrantWhatTheCatalogKnows(string claim, string scope, string path, bool isAdmitted)
    {
        await using var api = await CredentialsApi.StartAsync();
        var asText = CredentialsApi.Jwt(null, token => token.Claims[claim] = scope);
        var asArray = CredentialsApi.Jwt(null, token => token.Claims[claim] = scope.Split(' '));

        foreach (var token in new[] { asText, asArray })
        {
            using var response = await api.SendAsync(HttpMethod.Post, path, token);
            response.StatusCode.Should().Be(isAdmitted ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task Call_ClaimsTransformationThatAddsRights_AddsNone()
    {
        await using var api = await CredentialsApi.StartAsync(
            services: builder => builder.Services.AddTransient<IClaimsTransformation, Elevation>(), defaultScheme: "Cookies");
        var cookie = await api.CookieAsync("read");

        using var response = await api.CallAsync("/who", new(null, cookie));
        using var refused = await api.CallAsync("/admin", new(null, cookie));

        (await response.TextAsync()).Should().StartWith("Ada acme ");
        refused.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Cookies")]
    [InlineData(ApiKeyDefaults.AuthenticationScheme)]
    [InlineData(ApiKeyDefaults.SelectorScheme)]
    public async Task Call_AnyDefaultScheme_TakesOnePermitAndCountsOnce(string? defaultScheme)
    {
        await using var api = await CredentialsApi.StartAsync(defaultScheme: defaultScheme);
        foreach (var kind in new[] { "key", "jwt", "cookie" })
        {
            using var response = await api.CallAsync("/read", await api.CredentialAsync(kind, "read"));

            response.StatusCode.Should().Be(HttpStatusCode.OK);
            response.Header("RateLimit").Should().Be("\"default\";r=999;t=1");
        }

        await api.QuietAsync();
        using var usage = await api.GetAsync("/keys/usage", api.Secret());
        (await usage.JsonAsync()).GetProperty("totals").GetProperty("requests").GetInt64().Should().Be(3);
    }

    [Fact]
    public async Task Call_StoreDown_ServesKnownWorkspacesForFiveMinutesOnly()
    {
        await using var api = await CredentialsApi.StartAsync();
        using var first = await api.GetAsync("/read", CredentialsApi.Jwt("read"));
        api.Store.BeforeWorkspace = () => throw new IOException("The store is down.");

        using var unknown = await api.GetAsync("/read", CredentialsApi.Jwt("read", token => token.Claims["workspace"] = "other"));
        api.Time.Advance(TimeSpan.FromMinutes(4));
        using var stale = await api.GetAsync("/read", CredentialsApi.Jwt("read"));
        api.Time.Advance(TimeSpan.FromMinutes(2));
        using var late = await api.GetAsync("/read", CredentialsApi.Jwt("read"));

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        unknown.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await unknown.CodeAsync()).Should().Be("service_unavailable");
        stale.StatusCode.Should().Be(HttpStatusCode.OK);
        late.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task Call_MoreClientsThanAreRemembered_ShareOne()
    {
        await using var api = await CredentialsApi.StartAsync();
        (await api.GetAsync("/read", CredentialsApi.Jwt("read"))).Dispose();
        var now = api.Services.GetRequiredService<TimeProvider>().GetUtcNow().UtcTicks;
        var workspace = api.Services.GetRequiredService<WorkspaceLookup>().FindCached(TestApi.Workspace, now)!;
        for (var i = 1; i < LiveWorkspace.MaxClients; i++)
        {
            workspace.GetClient($"c{i}").Id.Should().Be($"c{i}");
        }

        workspace.GetClient("late").Id.Should().Be(LiveWorkspace.OtherClients);
        workspace.GetClient("later").Should().BeSameAs(workspace.GetClient("late"));
        workspace.GetClient(CredentialsApi.Client).Id.Should().Be(CredentialsApi.Client);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", "cookie", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "https://evil.example", "cookie", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", "cookie", HttpStatusCode.Created)]
    [InlineData("Sec-Fetch-Site", "cross-site", "jwt", HttpStatusCode.Created)]
    [InlineData("Sec-Fetch-Site", "cross-site", "key", HttpStatusCode.Created)]
    public async Task Management_WriteFromAnotherSite_IsRefusedForCookies(
        string header, string value, string kind, HttpStatusCode expected)
    {
        await using var api = await CredentialsApi.StartAsync();

        using var response = await api.CallAsync(
            "/keys",
            await api.CredentialAsync(kind, "admin"),
            HttpMethod.Post,
            new { name = "New", type = "ci" },
            change: request => request.Headers.Add(header, value));

        response.StatusCode.Should().Be(expected, await response.TextAsync());
    }

    [Fact]
    public async Task Management_FormWithACookie_IsRefused()
    {
        await using var api = await CredentialsApi.StartAsync();
        var credential = await api.CredentialAsync("cookie", "admin");

        using var response = await api.CallAsync(
            "/keys/revoke-all",
            credential,
            HttpMethod.Post,
            change: request => request.Content = new FormUrlEncodedContent([]));

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task Management_RightsLostWhileTheBodyArrives_IsForbidden()
    {
        var calls = 0;
        await using var api = await CredentialsApi.StartAsync(accept: keys => keys.AcceptScheme(
            "Cookies",
            scheme => scheme.MapActor
                = _ => new ApiKeyActor { Id = "ada", Workspace = "acme", Tier = ++calls == 1 ? "admin" : "read" }));

        using var response = await api.CallAsync(
            "/keys", await api.CredentialAsync("cookie", null), HttpMethod.Post, new { name = "New", type = "ci" });

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await api.Store.ListKeysAsync(
            new ApiKeyQuery { Workspace = TestApi.Workspace, Now = TestApi.Start, Limit = 10 },
            TestContext.Current.CancellationToken)).Should().BeEmpty();
    }

    [Fact]
    public async Task Call_ResolverThatThrows_IsUnavailable()
    {
        await using var api = await CredentialsApi.StartAsync(accept: keys => keys.AcceptScheme(
            "Bearer", scheme => scheme.MapActor = _ => throw new InvalidOperationException("The directory is down.")));

        using var response = await api.GetAsync("/read", CredentialsApi.Jwt("read"));

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await response.CodeAsync()).Should().Be("service_unavailable");
    }

    [Fact]
    public async Task Call_SchemeThatThrows_IsUnavailableAndLoggedOnce()
    {
        await using var api = await StartWithSchemeAsync(_ => throw new IOException("The issuer is down."));

        using var response = await api.GetAsync("/read", "token");

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Header("Retry-After").Should().NotBeNull();
        (await response.CodeAsync()).Should().Be("service_unavailable");
        api.Logs.Errors.Should().ContainSingle().Which.Should().ContainAll("Scheme Custom failed", "The issuer is down.");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_SchemeThatForwardsToTheSelector_IsUnavailableAndNamed(bool waits)
    {
        await using var api = await StartWithSchemeAsync(async context =>
        {
            if (waits)
            {
                await Task.Yield();
            }

            return await context.AuthenticateAsync(ApiKeyDefaults.SelectorScheme);
        });

        using var response = await api.GetAsync("/read", "token");

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        api.Logs.Errors.Should().ContainSingle().Which.Should().Contain(
            "AcceptScheme(\"Custom\") names a scheme that authenticates with \"ApiKeySelector\" again");
    }

    [Fact]
    public async Task Call_ClaimsTransformationThatNamesTheWorkspace_CountsForTheActor()
    {
        await using var api = await CredentialsApi.StartAsync(
            services: builder => builder.Services.AddTransient<IClaimsTransformation, Membership>());

        using var response = await api.GetAsync("/who", CredentialsApi.Jwt("read", token => token.Claims.Remove("workspace")));

        (await response.TextAsync()).Should().StartWith(" acme ");
    }

    [Fact]
    public async Task Call_ClientNearItsLimit_RaisesOneAlert()
    {
        await using var api = await CredentialsApi.StartAsync(
            options => options.DefaultRateLimit = new RateLimit(5, TimeSpan.FromSeconds(60)));
        var alerts = new List<(string Client, int Used)>();
        api.Services.GetRequiredService<LimitReports>().Approached
            += (activity, key, _, used, _) => alerts.Add((key is null ? activity.KeyId : "", used));
        for (var i = 0; i < 5; i++)
        {
            (await api.GetAsync("/read", CredentialsApi.Jwt("read"))).Dispose();
        }

        alerts.Should().Equal((CredentialsApi.Client, 4));
    }

    [Theory]
    [InlineData("Missing", "AcceptScheme(\"Missing\")*AddJwtBearer(\"Missing\")")]
    [InlineData(ApiKeyDefaults.AuthenticationScheme, "AcceptScheme(\"ApiKey\")*")]
    [InlineData(ApiKeyDefaults.SelectorScheme, "AcceptScheme(\"ApiKeySelector\")*")]
    [InlineData("Bearer", "AcceptScheme(\"Bearer\") is called twice*")]
    public async Task Start_SchemeThatCannotBeAccepted_StopsTheHostAndIsNamed(string scheme, string message)
    {
        var start = () => CredentialsApi.StartAsync(accept: keys => keys.AcceptScheme("Bearer").AcceptScheme(scheme));

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage($"*{message}*");
    }

    [Fact]
    public async Task Start_NoFurtherScheme_RegistersNoSelector()
    {
        await using var api = await CredentialsApi.StartAsync(accept: _ => { });
        var schemes = api.Services.GetRequiredService<IAuthenticationSchemeProvider>();

        (await schemes.GetSchemeAsync(ApiKeyDefaults.SelectorScheme)).Should().BeNull();
        (await api.StatusAsync(CredentialsApi.Jwt("admin"))).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Call_EndpointForKeysAlone_RefusesAToken()
    {
        await using var api = await CredentialsApi.StartAsync();

        using var response = await api.GetAsync("/keys/me", CredentialsApi.Jwt("admin"));

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static void Break(SecurityTokenDescriptor token, string kind)
    {
        switch (kind)
        {
            case "alg none":
                token.SigningCredentials = null;
                break;
            case "expired":
                token.Expires = TestApi.Start.UtcDateTime.AddSeconds(-1);
                break;
            case "other audience":
                token.Audience = "other";
                break;
            case "other issuer":
                token.Issuer = "https://other.example";
                break;
            default:
                token.SigningCredentials = new(new SymmetricSecurityKey(new byte[32]), SecurityAlgorithms.HmacSha256);
                break;
        }
    }

    private static void Unmap(IDictionary<string, object> claims, string kind)
    {
        switch (kind)
        {
            case "no workspace":
                claims.Remove("workspace");
                break;
            case "two workspaces":
                claims["workspace"] = new[] { "acme", "other" };
                break;
            case "no client":
                claims.Remove("client_id");
                claims.Remove("sub");
                break;
            default:
                claims["client_id"] = kind == "long client" ? new string('x', 201) : "a\0b";
                break;
        }
    }

    private static Task<TestApi> StartWithSchemeAsync(Func<HttpContext, Task<AuthenticateResult>> authenticate)
        => CredentialsApi.StartAsync(
            accept: keys => keys.AcceptScheme("Custom"),
            services: builder => builder.Services.AddSingleton(authenticate).AddAuthentication()
                .AddScheme<AuthenticationSchemeOptions, CustomHandler>("Custom", null));

    private sealed class CustomHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options,
        ILoggerFactory logger,
        UrlEncoder encoder,
        Func<HttpContext, Task<AuthenticateResult>> authenticate)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => authenticate(Context);
    }

    private sealed class Membership : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
            => Task.FromResult(new ClaimsPrincipal(
                [.. principal.Identities, new ClaimsIdentity([new Claim("workspace", "acme")], "membership")]));
    }

    private sealed class Elevation : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            // It runs after the selector too, whose principal already has its rights.
            if (principal.Identities.Any(identity => identity is AcceptedIdentity))
            {
                ((ClaimsIdentity)principal.Identity!).AddClaim(new Claim("scope", "admin"));
            }

            return Task.FromResult(principal);
        }
    }
}
