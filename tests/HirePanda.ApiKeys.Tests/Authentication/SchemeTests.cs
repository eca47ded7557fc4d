using System.IdentityModel.Tokens.Jwt;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// What hosts expect of a scheme: defaults, forwarding, selection, and compatibility with other schemes.
/// </summary>
public sealed class SchemeTests
{
    private static readonly SymmetricSecurityKey _signingKey = new(new byte[32]);

    [Fact]
    public async Task Authenticate_BareContextWithNoOptionStoreOrAddress_IsNoResult()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddHirePandaApiKeys();
        await using var provider = services.BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = provider };

        var result = await context.AuthenticateAsync(ApiKeyDefaults.AuthenticationScheme);

        result.None.Should().BeTrue();
    }

    [Fact]
    public async Task Challenge_BareContextWithAKeyButNoStore_Is503()
    {
        var services = new ServiceCollection().AddLogging();
        services.AddHirePandaApiKeys();
        await using var provider = services.BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = provider };
        context.Request.Headers.Authorization = "Bearer hp_live_qBhy02hoi8ucTVyAmSRnraF4pk0bZu2II0Gs";

        await context.ChallengeAsync(ApiKeyDefaults.AuthenticationScheme);

        context.Response.StatusCode.Should().Be(503);
    }

    [Fact]
    public async Task DefaultScheme_WhereOursIsTheOnlyOne_IsOurs()
    {
        await using var api = await TestApi.StartAsync();

        (await DefaultSchemeAsync(api)).Should().Be(ApiKeyDefaults.AuthenticationScheme);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DefaultScheme_WhereTheHostChoseCookies_StaysCookies(bool before)
    {
        var services = new ServiceCollection().AddLogging();
        if (!before)
        {
            services.AddHirePandaApiKeys();
        }

        services.AddAuthentication("Cookies").AddCookie();
        if (before)
        {
            services.AddHirePandaApiKeys();
        }

        await using var provider = services.BuildServiceProvider();
        (await provider.GetRequiredService<IAuthenticationSchemeProvider>().GetDefaultAuthenticateSchemeAsync())!.Name.Should()
            .Be("Cookies");
    }

    [Fact]
    public async Task AddTwice_ConfiguresTheSameOptions()
    {
        await using var api = await TestApi.StartAsync(
            options => options.Brand = "acme",
            builder => builder.Services.AddHirePandaApiKeys(options => options.HeaderNames = ["X-Key"]));

        var options = api.Services.GetRequiredService<IOptionsMonitor<ApiKeyOptions>>().Get(ApiKeyDefaults.AuthenticationScheme);
        options.Brand.Should().Be("acme");
        options.HeaderNames.Should().Equal("X-Key");
        using var response = await api.GetAsync("/read", api.Secret());
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        api.Store.Reads.Should().Be(1);
    }

    [Fact]
    public async Task Get_CookiesAreDefault_AKeyIsStillAdmittedAndRefusedByUs()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddAuthentication("Cookies").AddCookie());

        using var admitted = await api.GetAsync("/read", api.Secret());
        using var refused = await api.GetAsync("/read");
        using var forbidden = await api.GetAsync("/admin", api.Secret("read"));

        admitted.StatusCode.Should().Be(HttpStatusCode.OK);
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized, "a program cannot follow a redirect to a login page");
        forbidden.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Get_BareAuthorize_StaysTheHosts()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddAuthentication("Cookies").AddCookie(),
            app: app => app.MapGet("/bare", () => "bare").RequireAuthorization());

        using var response = await api.GetAsync("/bare", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.Redirect);
        (await response.TextAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(JwtBearerDefaults.AuthenticationScheme, ApiKeyDefaults.AuthenticationScheme)]
    [InlineData(ApiKeyDefaults.AuthenticationScheme, JwtBearerDefaults.AuthenticationScheme)]
    public async Task Get_PolicyNamesJwtAndUs_EitherCredentialServesInEitherOrder(string first, string second)
    {
        await using var api = await StartWithJwtAsync(app => app
            .MapGet(
                "/both",
                (ClaimsPrincipal user) => string.Join(',', user.Identities.Select(identity => identity.AuthenticationType)))
            .RequireAuthorization(policy => policy.AddAuthenticationSchemes(first, second).RequireAuthenticatedUser()));

        using var key = await api.GetAsync("/both", api.Secret());
        using var jwt = await api.GetAsync("/both", Jwt());
        using var none = await api.GetAsync("/both");
        using var junk = await api.GetAsync("/both", "hp_live_junk");
        var (_, limitedSecret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Limited",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(1, TimeSpan.FromSeconds(60))],
            });
        (await api.GetAsync("/both", limitedSecret)).Dispose();
        using var limited = await api.GetAsync("/both", limitedSecret);

        (await key.TextAsync()).Should().Be(ApiKeyDefaults.AuthenticationScheme);
        (await jwt.TextAsync()).Should().Be("AuthenticationTypes.Federation");
        none.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        none.Headers.WwwAuthenticate.Should().HaveCount(2, "neither scheme overwrites the other's challenge");
        (await none.CodeAsync()).Should().Be("unauthorized");
        junk.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        junk.Headers.WwwAuthenticate.Should().Contain(header => header.Parameter == "error=\"invalid_token\"");
        limited.StatusCode.Should().Be(HttpStatusCode.TooManyRequests, "what became of the key says more than that it is no JWT");
        (await limited.CodeAsync()).Should().Be("rate_limited");
    }

    [Fact]
    public async Task Get_PrincipalsOfTwoSchemes_AreNotMergedIntoAKeysRights()
    {
        await using var api = await StartWithJwtAsync(
            app => app.MapGet("/mixed", () => "mixed").RequireAuthorization(policy => policy
                .AddAuthenticationSchemes("Everything", ApiKeyDefaults.AuthenticationScheme)
                .AddRequirements(new PermissionRequirement("admin"))),
            builder => builder.Services.AddAuthentication()
                .AddScheme<AuthenticationSchemeOptions, EverythingHandler>("Everything", null));

        using var lesser = await api.GetAsync("/mixed", api.Secret("read"));
        using var admin = await api.GetAsync("/mixed", api.Secret("admin"));
        using var none = await api.GetAsync("/mixed");

        lesser.StatusCode.Should().Be(HttpStatusCode.Forbidden, "the other scheme's scope claims give the key nothing");
        admin.StatusCode.Should().Be(HttpStatusCode.OK);
        none.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Get_SchemeThatWasAddedWithoutAddAuthentication_HasWhatTheFrameworksBaseClassNeeds()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddTransient<EverythingHandler>()
                .Configure<AuthenticationOptions>(options => options.AddScheme<EverythingHandler>("Everything", null)),
            app: app => app.MapGet("/other", (HttpContext context) => context.User.Identity!.AuthenticationType)
                .RequireAuthorization(policy => policy.AddAuthenticationSchemes("Everything").RequireAuthenticatedUser()));

        (await api.StatusAsync(api.Secret(), "/other")).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Get_JwtOnATierPolicy_IsInvalidToken()
    {
        await using var api = await StartWithJwtAsync();

        using var response = await api.GetAsync("/read", Jwt());

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be("Bearer error=\"invalid_token\"");
    }

    [Fact]
    public async Task Forwarding_OfEveryOperation_Reaches()
    {
        await using var api = await TestApi.StartAsync(
            options => (
                options.ForwardAuthenticate,
                options.ForwardChallenge,
                options.ForwardForbid) = ("Everything", "Everything", "Everything"),
            builder => builder.Services.AddAuthentication()
                .AddScheme<AuthenticationSchemeOptions, EverythingHandler>("Everything", null),
            app =>
            {
                app.MapGet(
                    "/who",
                    async (HttpContext context)
                        => (await context.AuthenticateAsync(ApiKeyDefaults.AuthenticationScheme))
                            .Principal?.Identity?.AuthenticationType);
                app.MapGet("/challenge", (HttpContext context) => context.ChallengeAsync(ApiKeyDefaults.AuthenticationScheme));
                app.MapGet("/forbid", (HttpContext context) => context.ForbidAsync(ApiKeyDefaults.AuthenticationScheme));
            });

        using var who = await api.GetAsync("/who");
        using var challenge = await api.GetAsync("/challenge");
        using var forbid = await api.GetAsync("/forbid");

        (await who.TextAsync()).Should().Be("Everything");
        ((int)challenge.StatusCode).Should().Be(418);
        ((int)forbid.StatusCode).Should().Be(419);
    }

    [Fact]
    public async Task ForwardDefaultSelector_SaysNothing_LeavesTheRequestToUs()
    {
        await using var api = await TestApi.StartAsync(options => options.ForwardDefaultSelector = _ => null);

        using var response = await api.GetAsync("/read", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task PolicyScheme_SelectsByTheTokensShape_UsAndTheOther()
    {
        await using var api = await StartWithJwtAsync(
            app => app.MapGet("/selected", (ClaimsPrincipal user) => user.Identity!.AuthenticationType).RequireAuthorization(),
            builder => builder.Services.AddAuthentication("Selector")
                .AddPolicyScheme("Selector", null, options => options.ForwardDefaultSelector = context =>
                context.Request.Headers.Authorization.ToString().Contains("hp_", StringComparison.Ordinal)
                    ? ApiKeyDefaults.AuthenticationScheme
                    : "Bearer"));

        using var key = await api.GetAsync("/selected", api.Secret());
        using var jwt = await api.GetAsync("/selected", Jwt());

        (await key.TextAsync()).Should().Be(ApiKeyDefaults.AuthenticationScheme);
        (await jwt.TextAsync()).Should().Be("AuthenticationTypes.Federation");
    }

    [Fact]
    public async Task Get_ValidKey_HasTheClaimsAndTicketOfTheContract()
    {
        await using var api = await TestApi.StartAsync(app: app => app.MapGet("/ticket", async (HttpContext context) =>
        {
            var result = await context.AuthenticateAsync();
            return string.Join('\n', result.Principal!.Claims.Select(claim => $"{claim.Type}={claim.Value}")
                .Append($"{result.Principal.Identity!.Name} {result.Properties!.ExpiresUtc:O}"));
        }));
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Nightly", Type = "ci", ExpiresAt = TestApi.Start.AddHours(1) });

        using var response = await api.GetAsync("/ticket", secret);

        (await response.TextAsync()).Should().Be($"""
            sub={key.Id}
            name=Nightly
            workspace={TestApi.Workspace}
            key_type=ci
            scope=jobs:read candidates:read analytics:read webhooks:read
            Nightly {TestApi.Start.AddHours(1):O}
            """);
    }

    [Fact]
    public async Task Get_AnotherSchemeHasWrittenTheBody_LeavesItAlone()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddAuthentication()
                .AddScheme<AuthenticationSchemeOptions, WritingHandler>("Writing", null),
            app: app => app.MapGet("/both", () => "both").RequireAuthorization(policy => policy
                .AddAuthenticationSchemes("Writing", ApiKeyDefaults.AuthenticationScheme).RequireAuthenticatedUser()));

        using var response = await api.GetAsync("/both", api.UnknownSecret());

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await response.TextAsync()).Should().Be("written");
    }

    private static Task<TestApi> StartWithJwtAsync(
        Action<WebApplication>? app = null, Action<WebApplicationBuilder>? services = null)
        => TestApi.StartAsync(
            services: builder =>
            {
                builder.Services.AddAuthentication()
                    .AddJwtBearer(options => options.TokenValidationParameters = new TokenValidationParameters
                    {
                        IssuerSigningKey = _signingKey,
                        ValidateAudience = false,
                        ValidateIssuer = false,
                        ValidateLifetime = false,
                    });
                services?.Invoke(builder);
            },
            app: app);

    private static string Jwt() => new JwtSecurityTokenHandler().WriteToken(new JwtSecurityToken(
        claims: [new Claim("sub", "someone"), new Claim("scope", "read write admin")],
        signingCredentials: new SigningCredentials(_signingKey, SecurityAlgorithms.HmacSha256)));

    private static async Task<string?> DefaultSchemeAsync(TestApi api)
        => (await api.Services.GetRequiredService<IAuthenticationSchemeProvider>().GetDefaultAuthenticateSchemeAsync())?.Name;

    /// <summary>Writes the body of its challenge immediately.</summary>
    private sealed class WritingHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options,
        Microsoft.Extensions.Logging.ILoggerFactory logger,
        System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());

        protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.StatusCode = 401;
            await Response.WriteAsync("written");
            await Response.Body.FlushAsync();
        }
    }

    /// <summary>Signs in any caller with claims for every permission.</summary>
    private sealed class EverythingHandler(
        IOptionsMonitor<AuthenticationSchemeOptions> options,
        Microsoft.Extensions.Logging.ILoggerFactory logger,
        System.Text.Encodings.Web.UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var identity = new ClaimsIdentity(
                [new Claim("scope", "read write admin jobs:write"), new Claim("workspace", "other")], Scheme.Name);
            return Task.FromResult(
                AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.StatusCode = 418;
            return Task.CompletedTask;
        }

        protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
        {
            // As the only scheme, it returns 419. With another scheme, it does not change the response.
            Response.StatusCode = Response.StatusCode == 200 ? 419 : Response.StatusCode;
            return Task.CompletedTask;
        }
    }
}
