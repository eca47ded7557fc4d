using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Tests;

public sealed class PolicyTests
{
    [Theory]
    [InlineData("read", "/read", true)]
    [InlineData("read", "/write", false)]
    [InlineData("read", "/admin", false)]
    [InlineData("write", "/read", true)]
    [InlineData("write", "/write", true)]
    [InlineData("write", "/admin", false)]
    [InlineData("admin", "/read", true)]
    [InlineData("admin", "/write", true)]
    [InlineData("admin", "/admin", true)]
    [InlineData(null, "/read", false)]
    public async Task Send_KeyOfATier_PassesThePoliciesUpToIt(string? tier, string path, bool passes)
    {
        await using var api = await TestApi.StartAsync();

        using var response = await api.SendAsync(path == "/write" ? HttpMethod.Post : HttpMethod.Get, path, api.Secret(tier));

        response.StatusCode.Should().Be(passes ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Send_KeyWithEveryPermissionButNoTier_MeetsNoTiersPolicy()
    {
        await using var api = await TestApi.StartAsync();
        var admin = api.Issue().Key;
        var all = api.Services.GetRequiredService<ApiKeyPermissionEvaluator>().GetPermissions(admin);
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "All", Type = ApiKeyTypes.Production, Permissions = [.. all] });

        using var job = await api.SendAsync(HttpMethod.Post, "/jobs", secret);

        job.StatusCode.Should().Be(HttpStatusCode.OK);
        (await StatusAsync(api, "/read", secret))
            .Should().Be(HttpStatusCode.Forbidden, "a tier can get more permissions later");
        (await StatusAsync(api, "/admin", secret)).Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Send_TierAndOwnPermissions_CountTogether()
    {
        await using var api = await TestApi.StartAsync();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Both",
                Type = ApiKeyTypes.Production,
                Tier = "read",
                Permissions = ["jobs:write"],
            });

        using var job = await api.SendAsync(HttpMethod.Post, "/jobs", secret);
        using var write = await api.SendAsync(HttpMethod.Post, "/write", secret);

        job.StatusCode.Should().Be(HttpStatusCode.OK);
        write.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("READ")]
    [InlineData("Jobs:Read")]
    public async Task Send_PolicyNameInAnyCase_IsFound(string policy)
    {
        await using var api = await TestApi.StartAsync(
            app: app => app.MapGet("/cased", () => "cased").RequireAuthorization(policy));

        (await StatusAsync(api, "/cased", api.Secret("read"))).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Send_HostsOwnCatalog_MakesItsOwnPolicies()
    {
        await using var api = await TestApi.StartAsync(
            options =>
            {
                options.Brand = "zoo";
                options.Catalog.Clear();
                options.Catalog.AddTier("read", "pandas:see");
                options.Catalog.AddTier("write", "pandas:feed");
                options.Catalog.AddTier("admin").GrantsEverything = true;
                options.Catalog.Permissions.Add("jobs:write");
                var visitor = options.Catalog.AddType("visitor", "v");
                visitor.DefaultTier = "read";
                visitor.RateLimit = new RateLimit(5, TimeSpan.FromSeconds(10));
            },
            app: app => app.MapGet("/feed", () => "fed").RequirePermission("pandas:feed"));
        var (_, visitor) = api.Issue(new CreateApiKeyRequest { Name = "Visitor", Type = "visitor" });
        var (_, admin) = api.Issue(new CreateApiKeyRequest { Name = "Director", Type = "visitor", Tier = "admin" });

        visitor.Should().StartWith("zoo_v_");
        using var read = await api.GetAsync("/read", visitor);
        read.Header("RateLimit-Policy").Should().Be("\"default\";q=5;w=10");
        (await StatusAsync(api, "/feed", visitor)).Should().Be(HttpStatusCode.Forbidden);
        (await StatusAsync(api, "/feed", admin)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Send_TypesOfTheDefaultCatalog_HaveTheirGrantsLimitsAndPrefixes()
    {
        await using var api = await TestApi.StartAsync(
            app: app => app.MapGet("/analytics", () => "seen").RequirePermission("analytics:read"));
        foreach (var (type, prefix, passes, limit) in new[]
        {
            ("production", "hp_live_", "/admin", "q=1000;w=60"),
            ("development", "hp_dev_", "/read", "q=100;w=60"),
            ("ci", "hp_ci_", "/read", "q=1000;w=60"),
            ("analytics", "hp_ana_", "/analytics", "q=1000;w=60"),
        })
        {
            var (_, secret) = api.Issue(new CreateApiKeyRequest { Name = type, Type = type });

            secret.Should().StartWith(prefix);
            using var response = await api.GetAsync(passes, secret);
            response.StatusCode.Should().Be(HttpStatusCode.OK, type);
            response.Header("RateLimit-Policy").Should().Be($"\"default\";{limit}");
            (await StatusAsync(api, "/admin", secret))
                .Should().Be(type == "production" ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
            (await StatusAsync(api, "/read", secret))
                .Should().Be(type == "analytics" ? HttpStatusCode.Forbidden : HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task PolicyProvider_OfTheHost_IsAskedFirstAndKeepsItsDefaults()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.Configure<AuthorizationOptions>(options =>
            {
                options.AddPolicy(
                    "read",
                    policy => policy.AddAuthenticationSchemes(ApiKeyDefaults.AuthenticationScheme).RequireAssertion(_ => true));
                options.FallbackPolicy = new AuthorizationPolicyBuilder().RequireClaim("fallback").Build();
                options.DefaultPolicy = new AuthorizationPolicyBuilder().RequireClaim("default").Build();
            }));
        var provider = api.Services.GetRequiredService<IAuthorizationPolicyProvider>();

        (await StatusAsync(api, "/read", null)).Should().Be(HttpStatusCode.OK, "the host's own policy of that name counts");
        (await provider.GetDefaultPolicyAsync()).Requirements.Should()
            .ContainSingle(requirement => requirement.ToString()!.Contains("default"));
        (await provider.GetFallbackPolicyAsync())!.Requirements.Should()
            .ContainSingle(requirement => requirement.ToString()!.Contains("fallback"));
        provider.AllowsCachingPolicies.Should().BeTrue();
        (await StatusAsync(api, "/open", api.Secret())).Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task PolicyProvider_RegisteredBefore_IsDecorated()
    {
        await using var api = await TestApi.StartAsync(
            app: app => app.MapGet("/own", () => "own").RequireAuthorization("own"), services: _ => { }, first: builder =>
            builder.Services.AddSingleton<IAuthorizationPolicyProvider, OwnProvider>());
        var provider = api.Services.GetRequiredService<IAuthorizationPolicyProvider>();

        (await StatusAsync(api, "/own", api.Secret())).Should().Be(HttpStatusCode.OK);
        (await StatusAsync(api, "/read", api.Secret())).Should().Be(HttpStatusCode.OK);
        provider.AllowsCachingPolicies.Should().BeFalse("the host's own says so");
    }

    [Fact]
    public async Task PolicyProvider_RegisteredAfter_StopsTheHost()
    {
        var start = () => TestApi.StartAsync(
            services: builder => builder.Services.AddSingleton<IAuthorizationPolicyProvider, OwnProvider>());

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage("*OwnProvider*before AddHirePandaApiKeys()*");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ResultHandler_OfTheHost_StaysInPlay(bool before)
    {
        void Add(WebApplicationBuilder builder)
            => builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, OwnResultHandler>();
        await using var api = await TestApi.StartAsync(first: before ? Add : null, services: before ? null : Add);

        using var response = await api.GetAsync("/read");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("X-Own-Handler").Should().Be("yes");
        (await response.TextAsync())
            .Should().Be("""{"error":{"code":"unauthorized","message":"Invalid or missing API key","status":401}}""");
    }

    [Fact]
    public async Task RequirePermission_Twice_DemandsBothAndNamesBoth()
    {
        await using var api = await TestApi.StartAsync(
            app: app => app.MapGet("/two", [RequirePermission("team:manage"), RequirePermission("billing:read")] () => "two"));

        using var response = await api.GetAsync("/two", api.Secret("write"));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        response.Headers.WwwAuthenticate.ToString()
            .Should().Contain("scope=").And.Contain("team:manage").And.Contain("billing:read");
    }

    [Fact]
    public async Task AllowAnonymous_OnAGuardedEndpoint_IsOpen()
    {
        await using var api = await TestApi.StartAsync(
            app: app => app.MapGet("/both", () => "open").RequireAuthorization("admin").AllowAnonymous());

        (await StatusAsync(api, "/both", null)).Should().Be(HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> StatusAsync(TestApi api, string path, string? secret)
    {
        using var response = await api.GetAsync(path, secret);
        return response.StatusCode;
    }

    private sealed class OwnProvider(IOptions<AuthorizationOptions> options) : IAuthorizationPolicyProvider
    {
        public Task<AuthorizationPolicy> GetDefaultPolicyAsync() => Task.FromResult(options.Value.DefaultPolicy);

        public Task<AuthorizationPolicy?> GetFallbackPolicyAsync() => Task.FromResult(options.Value.FallbackPolicy);

        public Task<AuthorizationPolicy?> GetPolicyAsync(string policyName) => Task.FromResult(policyName == "own"
            ? new AuthorizationPolicyBuilder(ApiKeyDefaults.AuthenticationScheme).RequireAuthenticatedUser().Build()
            : null);
    }

    private sealed class OwnResultHandler : IAuthorizationMiddlewareResultHandler
    {
        private readonly AuthorizationMiddlewareResultHandler _default = new();

        public Task HandleAsync(
            RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
        {
            context.Response.Headers["X-Own-Handler"] = "yes";
            return _default.HandleAsync(next, context, policy, authorizeResult);
        }
    }
}
