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

/// <summary>Which scheme takes a request, and what happens if it fails.</summary>
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
}
