using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The identity and its claims.</summary>
public sealed class IdentityTests
{
    private static readonly string[] _claims = ["sub", "name", "workspace", "key_type", "scope"];

    [Fact]
    public async Task Identity_HoweverItIsReadOrCopied_HasItsClaims()
    {
        (string Way, Func<ClaimsPrincipal, IEnumerable<Claim>> Read)[] ways =
        [
            ("claims", user => user.Claims),
            ("identity", user => user.Identities.Single().Claims),
            ("clone", user => user.Clone().Claims),
            ("identity's clone", user => user.Identities.Single().Clone().Claims),
            ("copied", user => new ClaimsIdentity(user.Identity).Claims),
            (
                "copied with more",
                user => new ClaimsIdentity(user.Identity, [new Claim("more", "x")]).Claims.Where(claim => claim.Type != "more")),
            ("principal of it", user => new ClaimsPrincipal(user.Identity!).Claims),
            ("serialized", user => Deserialized(user).Claims),
            ("added to", user => Added(user).Where(claim => claim.Type != "more")),
            ("found", user => _claims.Select(type => user.FindFirst(type)!)),
            ("found all", user => _claims.SelectMany(user.FindAll)),
            ("by predicate", user => user.FindAll(_ => true)),
        ];
        foreach (var (way, read) in ways)
        {
            await using var api = await TestApi.StartAsync(app: app => app.MapGet(
                "/claims", (HttpContext context) => string.Join(
                    ',', read(context.User).Select(claim => $"{claim.Type}={claim.Value}"))).RequireAuthorization("read"));
            var (key, secret) = api.Issue(new CreateApiKeyRequest { Name = "Ö", Type = "ci" });

            using var response = await api.GetAsync("/claims", secret);

            (await response.TextAsync()).Should().Be(
                $"sub={key.Id},name=Ö,workspace=acme,key_type=ci,scope=jobs:read candidates:read analytics:read webhooks:read",
                way);
        }
    }

    [Fact]
    public async Task Identity_SaysItsNameAndLosesAClaimThatIsRemoved()
    {
        await using var api = await TestApi.StartAsync(app: app => app.MapGet("/claims", (HttpContext context) =>
        {
            var identity = (ClaimsIdentity)context.User.Identity!;
            identity.TryRemoveClaim(identity.FindFirst("scope")).Should().BeTrue();
            return $"{context.User.Identity!.Name} {identity.AuthenticationType} {identity.Claims.Count()} "
                + $"{identity.HasClaim("scope", "x")} {identity.Claims.All(claim => claim.Subject == identity)}";
        }).RequireAuthorization("read"));
        var (_, secret) = api.Issue(new CreateApiKeyRequest { Name = "Ö", Type = ApiKeyTypes.Production });

        (await (await api.GetAsync("/claims", secret)).TextAsync()).Should().Be("Ö ApiKey 4 False True");
        (await (await api.GetAsync("/claims", secret)).TextAsync())
            .Should().Be("Ö ApiKey 4 False True", "the next request has all five again");
    }

    [Fact]
    public async Task Claims_FirstReadByManyThreadsAtOnce_AreFive()
    {
        await using var api = await TestApi.StartAsync(app: app => app.MapGet("/claims", (HttpContext context) =>
        {
            var counts = new int[8];
            Parallel.For(0, counts.Length, i => counts[i] = context.User.Claims.Count());
            return string.Join(',', counts.Distinct());
        }).RequireAuthorization("read"));
        var secret = api.Secret();
        for (var i = 0; i < 200; i++)
        {
            (await (await api.GetAsync("/claims", secret)).TextAsync()).Should().Be("5");
        }
    }

    [Fact]
    public async Task Ticket_PropertiesTakeWhatAHostPutsThere_ForThisRequestAlone()
    {
        await using var api = await TestApi.StartAsync(app: app => app.MapGet("/ticket", (HttpContext context) =>
        {
            var properties = context.Features.Get<IAuthenticateResultFeature>()!.AuthenticateResult!.Properties!;
            var before = $"{properties.Items.Count} {properties.Parameters.Count} {properties.ExpiresUtc:O}";
            properties.Items["x"] = "y";
            properties.SetParameter("p", 1);
            properties.ExpiresUtc = TestApi.Start;
            return $"{before} {properties.Items["x"]} {properties.GetParameter<int>("p")} {properties.ExpiresUtc:O}";
        }).RequireAuthorization("read"));
        var secret = api.Secret();
        for (var i = 0; i < 2; i++)
        {
            (await (await api.GetAsync("/ticket", secret)).TextAsync()).Should().Be("0 0  y 1 2026-11-24T12:00:00.0000000+00:00");
        }
    }

    [Fact]
    public async Task User_ReplacedBetweenAuthenticationAndAuthorization_DecidesAsTheFrameworkDoes()
    {
        await using var api = await TestApi.StartAsync(app: app =>
        {
            app.UseAuthentication();
            app.Use((context, next) =>
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("name", "somebody")], "other"));
                return next(context);
            });
            app.UseAuthorization();
            app.MapGet("/who", (HttpContext context) => context.User.FindFirst("name")!.Value).RequireAuthorization("read");
        });
        var (_, secret) = api.Issue(new CreateApiKeyRequest { Name = "Key", Type = ApiKeyTypes.Production });

        using var response = await api.GetAsync("/who", secret);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await response.TextAsync()).Should().Be("Key", "the policy pins the library's scheme, which authenticates again");
    }

    private static ClaimsPrincipal Deserialized(ClaimsPrincipal user)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer);
        user.WriteTo(writer);
        buffer.Position = 0;
        using var reader = new BinaryReader(buffer);
        return new ClaimsPrincipal(reader);
    }

    private static IEnumerable<Claim> Added(ClaimsPrincipal user)
    {
        ((ClaimsIdentity)user.Identity!).AddClaim(new Claim("more", "x"));
        return user.Claims;
    }
}
