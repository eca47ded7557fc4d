using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// One request has one verification, one permit, and one principal. Also tests the order of the host's middleware.
/// </summary>
public sealed class RequestTests
{
    [Fact]
    public async Task Get_TwoPoliciesAndAnImperativeCall_TakeOnePermit()
    {
        var received = 0;
        await using var api = await TestApi.StartAsync(
            options => options.Events.OnKeyValidated = _ =>
            {
                received++;
                return Task.CompletedTask;
            },
            app: app => app.MapGet("/twice", async (HttpContext context) =>
            {
                await context.AuthenticateAsync(ApiKeyDefaults.AuthenticationScheme);
                return "twice";
            }).RequireAuthorization("read").RequireAuthorization("jobs:read"));

        using var response = await api.GetAsync("/twice", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Header("RateLimit").Should().Be("\"default\";r=999;t=1");
        received.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_ExceptionHandlerReexecutes_VerifiesOnceAndKeepsTheFields(bool ownScope)
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.UseExceptionHandler(
                new ExceptionHandlerOptions { ExceptionHandlingPath = "/error", CreateScopeForErrors = ownScope });
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapGet("/fails", string () => throw new InvalidOperationException()).RequireAuthorization("read");
            app.MapGet("/error", async (HttpContext context) =>
            {
                var result = await context.AuthenticateAsync(ApiKeyDefaults.AuthenticationScheme);
                return $"{context.GetApiKey()?.Id} {result.Succeeded}";
            }).RequireAuthorization("read");
        });
        var (key, secret) = api.Issue();

        using var response = await api.GetAsync("/fails", secret);

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await response.TextAsync()).Should().Be($"{key.Id} True");
        response.Header("RateLimit").Should().Be("\"default\";r=999;t=1");
        response.Header("RateLimit-Policy").Should().Be("\"default\";q=1000;w=60");
    }

    [Fact]
    public async Task Get_ClaimsTransformationAddsRights_LeaksNothingIntoTheNextRequest()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddSingleton<IClaimsTransformation, AddsOnce>(),
            app: app => app.MapGet("/claims", (ClaimsPrincipal user)
                => $"{user.Identities.Count()} {user.FindAll("added").Count()} {user.FindAll("scope").Count()}")
                .RequireAuthorization("read"));
        var secret = api.Secret("read");

        using var first = await api.GetAsync("/claims", secret);
        using var second = await api.GetAsync("/claims", secret);
        using var admin = await api.GetAsync("/admin", secret);

        (await first.TextAsync()).Should().Be("2 1 2");
        (await second.TextAsync()).Should().Be("1 0 1");
        admin.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Get_ClaimsTransformationAddsRights_GivesTheKeyNone()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddSingleton<IClaimsTransformation, AddsOnce>());

        using var admin = await api.GetAsync("/admin", api.Secret("read"));

        admin.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Get_ClaimsTransformationClonesThePrincipal_KeepsTheKeysRights()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddSingleton<IClaimsTransformation, Clones>());

        using var response = await api.GetAsync("/admin", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Post_EndpointWithACost_TakesSoManyPermits()
    {
        await using var api = await TestApi.StartAsync(
            app: app => app.MapGet("/dear", () => "dear").RequireAuthorization("read").WithApiKeyCost(400));
        var secret = api.Secret();

        using var first = await api.GetAsync("/dear", secret);
        using var second = await api.GetAsync("/dear", secret);
        using var third = await api.GetAsync("/dear", secret);
        using var cheap = await api.GetAsync("/read", secret);

        first.Header("RateLimit").Should().Be("\"default\";r=600;t=1");
        second.Header("RateLimit").Should().Be("\"default\";r=200;t=1");
        third.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        third.Header("Retry-After").Should().Be("12");
        cheap.Header("RateLimit").Should().Be("\"default\";r=199;t=1", "a refusal takes nothing");
    }

    [Fact]
    public async Task Get_AuthenticationBeforeRouting_CostsOneWithOneWarning()
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.UseAuthentication();
            app.UseRouting();
            app.UseAuthorization();
            app.MapGet("/dear", () => "dear").RequireAuthorization("read").WithApiKeyCost(400);
        });
        var secret = api.Secret();

        (await api.GetAsync("/dear", secret)).Dispose();
        using var response = await api.GetAsync("/dear", secret);

        response.Header("RateLimit").Should().Be("\"default\";r=998;t=1");
        await TestApi.Until(() => api.Logs.Ours.Any(entry => entry.Level == LogLevel.Warning));
        api.Logs.Ours.Should()
            .ContainSingle(
                entry => entry.Level == LogLevel.Warning && entry.Text.Contains("UseRouting before UseAuthentication"));
    }

    [Fact]
    public async Task Get_ForwardedHeadersFromAKnownProxy_AreTheClientsAddress()
    {
        await using var api = await TestApi.StartAsync(services: WithProxy, app: app =>
        {
            app.UseForwardedHeaders();
            app.UseAuthentication();
            app.UseAuthorization();
        });
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest { Name = "Listed", Type = ApiKeyTypes.Production, AllowedNetworks = ["198.51.100.7"] });

        using var viaProxy = await SendAsync("192.0.2.1", "203.0.113.9, 198.51.100.7");
        using var spoofed = await SendAsync("192.0.2.99", "198.51.100.7");
        using var firstEntry = await SendAsync("192.0.2.1", "198.51.100.7, 203.0.113.9");

        viaProxy.StatusCode.Should().Be(HttpStatusCode.OK);
        spoofed.StatusCode.Should().Be(HttpStatusCode.Forbidden, "it does not come from a known proxy");
        firstEntry.StatusCode.Should().Be(HttpStatusCode.Forbidden, "only what the proxy itself added counts");
        api.Logs.Ours.Should().NotContain(entry => entry.Text.Contains("UseForwardedHeaders"));

        Task<HttpResponseMessage> SendAsync(string from, string forwarded) => api.SendAsync(
            HttpMethod.Get, "/read", secret, address: from, change: request => request.Headers.Add("X-Forwarded-For", forwarded));
    }

    [Fact]
    public async Task Get_ForwardedHeadersAfterAuthentication_IsLoggedOnceAsAnError()
    {
        await using var api = await TestApi.StartAsync(services: WithProxy, app: app => app.UseForwardedHeaders());
        var secret = api.Secret();

        for (var i = 0; i < 3; i++)
        {
            using var response = await api.SendAsync(HttpMethod.Get, "/read", secret, address: "192.0.2.1", change: request =>
                request.Headers.Add("X-Forwarded-For", "198.51.100.7"));
            response.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await TestApi.Until(() => api.Logs.Ours.Any(entry => entry.Level == LogLevel.Error));
        api.Logs.Ours.Should().ContainSingle(entry => entry.Level == LogLevel.Error && entry.Text.Contains("UseForwardedHeaders")
            && entry.Text.Contains("192.0.2.1") && entry.Text.Contains("198.51.100.7"));
    }

    [Theory]
    [InlineData("X-Forwarded-For", "198.51.100.7")]
    [InlineData("Forwarded", "for=198.51.100.7")]
    public async Task Get_ForwardedHeadersThatNothingUses_AreLoggedOnceAsAWarning(string header, string value)
    {
        await using var api = await TestApi.StartAsync();
        var secret = api.Secret();

        for (var i = 0; i < 3; i++)
        {
            using var response = await api.SendAsync(
                HttpMethod.Get, "/read", secret, address: "192.0.2.1", change: request => request.Headers.Add(header, value));
            response.StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await api.QuietAsync();
        api.Logs.Ours.Should().ContainSingle(entry => entry.Level == LogLevel.Warning).Which.Text
            .Should().Contain("192.0.2.1").And.Contain("KnownProxies")
            .And.Contain("UseForwardedHeaders before UseAuthentication");
    }

    [Fact]
    public async Task Options_Preflight_IsNotChallenged()
    {
        await using var api = await TestApi.StartAsync(
            services: builder => builder.Services.AddCors(
                cors => cors.AddDefaultPolicy(policy => policy.WithOrigins("https://app.example").AllowAnyHeader())),
            app: app =>
            {
                app.UseCors();
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGet("/cors", () => "cors").RequireAuthorization("read").RequireCors();
            });

        using var preflight = await api.SendAsync(HttpMethod.Options, "/cors", change: WithOrigin);
        using var refused = await api.SendAsync(
            HttpMethod.Get, "/cors", change: request => request.Headers.Add("Origin", "https://app.example"));

        preflight.StatusCode.Should().Be(HttpStatusCode.NoContent);
        preflight.Header("Access-Control-Allow-Origin").Should().Be("https://app.example");
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        refused.Header("Access-Control-Allow-Origin").Should().Be("https://app.example", "a browser can read why it was refused");

        static void WithOrigin(HttpRequestMessage request)
        {
            request.Headers.Add("Origin", "https://app.example");
            request.Headers.Add("Access-Control-Request-Method", "GET");
            request.Headers.Add("Access-Control-Request-Headers", "authorization");
        }
    }

    [Fact]
    public async Task GetApiKey_OfAnAdmittedKey_IsTheRecord()
    {
        await using var api = await TestApi.StartAsync();
        var (key, secret) = api.Issue();

        using var response = await api.GetAsync("/open", secret);

        (await response.TextAsync()).Should().Be(key.Id);
        response.Header("RateLimit").Should().NotBeNull();
    }

    private static void WithProxy(WebApplicationBuilder builder) => builder.Services.Configure<ForwardedHeadersOptions>(options =>
    {
        options.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        options.KnownProxies.Add(IPAddress.Parse("192.0.2.1"));
    });

    private sealed class AddsOnce : IClaimsTransformation
    {
        private bool _done;

        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
        {
            if (!_done && principal.Identity is ClaimsIdentity { IsAuthenticated: true } identity)
            {
                _done = true;
                identity.AddClaim(new Claim("scope", "admin"));
                principal.AddIdentity(new ClaimsIdentity([new Claim("added", "yes")], "Added"));
            }

            return Task.FromResult(principal);
        }
    }

    private sealed class Clones : IClaimsTransformation
    {
        public Task<ClaimsPrincipal> TransformAsync(ClaimsPrincipal principal)
            => Task.FromResult(new ClaimsPrincipal(principal.Identities.Select(identity => identity.Clone())));
    }
}
