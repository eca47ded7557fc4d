using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What the principal of an accepted scheme maps to: workspace, client, rights, and limit.</summary>
public sealed class AcceptedCallerTests
{
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

    [Fact]
    public async Task Call_ClaimsTransformationThatNamesTheWorkspace_CountsForTheActor()
    {
        await using var api = await CredentialsApi.StartAsync(
            services: builder => builder.Services.AddTransient<IClaimsTransformation, Membership>());

        using var response = await api.GetAsync("/who", CredentialsApi.Jwt("read", token => token.Claims.Remove("workspace")));

        (await response.TextAsync()).Should().StartWith(" acme ");
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
