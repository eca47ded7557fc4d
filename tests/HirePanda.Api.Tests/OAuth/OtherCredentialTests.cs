using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HirePanda.Api.Tests;

/// <summary>The API with a session cookie, and with JWTs of another issuer.</summary>
public sealed class OtherCredentialTests
{
    private const string Issuer = "https://login.contoso.test";
    private const string Audience = "https://api.contoso.test";

    private static readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task Cookie_Reads_AndNeverWrites()
    {
        await using var host = await OAuthHost.StartAsync();
        using var browser = await host.SignInAsync();

        using var read = await browser.GetAsync("/api/v1/jobs");
        using var write = await browser.SendAsync(HttpMethod.Post, "/api/v1/jobs", JsonContent.Create(new { title = "Cook" }));
        using var management = await browser.SendAsync(
            HttpMethod.Post, "/api/v1/api-keys", JsonContent.Create(new { name = "stolen", type = "production" }));

        read.StatusCode.Should().Be(HttpStatusCode.OK);
        write.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        management.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("jobs:read", "acme", "GET", 200)]
    [InlineData("jobs:read", "acme", "POST", 403)]
    [InlineData("openid write", "acme", "POST", 201)]
    [InlineData("jobs:read", null, "GET", 403)]
    public async Task Jwt_OfTheOtherIssuer_HasItsScopes(string scope, string? workspace, string method, int status)
    {
        await using var host = await StartAsync();

        using var response = await CallAsync(host, Create(scope, workspace), method);

        ((int)response.StatusCode).Should().Be(status, await response.TextAsync());
    }

    [Fact]
    public async Task Jwt_ThatIsNotItsIssuers_IsRefused()
    {
        await using var host = await StartAsync();
        var token = Create("admin", "acme");
        string[] wrong =
        [
            Create("admin", "acme", issuer: "https://evil.test"),
            Create("admin", "acme", audience: "https://other.test"),
            Create("admin", "acme", expires: DateTime.UtcNow.AddHours(-1)),
            Create("admin", "acme", key: RandomNumberGenerator.GetBytes(32)),
            Base64UrlEncoder.Encode("""{"alg":"none"}""") + "." + token.Split('.')[1] + ".",
            token[..^4] + "AAAA",
        ];
        foreach (var jwt in wrong)
        {
            using var response = await CallAsync(host, jwt, "GET");

            response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            response.Header("WWW-Authenticate").Should().StartWith("Bearer error=\"invalid_token\"");
        }
    }

    [Fact]
    public async Task Jwt_OfAnotherIssuer_IsAnAnswer401WithoutItsSettings()
    {
        await using var host = await OAuthHost.StartAsync();

        using var response = await CallAsync(host, Create("admin", "acme"), "GET");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static Task<OAuthHost> StartAsync() => OAuthHost.StartAsync(settings:
    [
        ("Authentication:Schemes:Bearer:ValidIssuer", Issuer),
        ("Authentication:Schemes:Bearer:ValidAudiences:0", Audience),
        ("Authentication:Schemes:Bearer:SigningKeys:0:Issuer", Issuer),
        ("Authentication:Schemes:Bearer:SigningKeys:0:Value", Convert.ToBase64String(_key)),
    ]);

    private static string Create(
        string scope,
        string? workspace,
        string issuer = Issuer,
        string audience = Audience,
        DateTime? expires = null,
        byte[]? key = null)
    {
        var claims = new Dictionary<string, object> { ["sub"] = "somebody", ["client_id"] = "contoso-app", ["scope"] = scope };
        if (workspace is not null)
        {
            claims["workspace"] = workspace;
        }

        var end = expires ?? DateTime.UtcNow.AddHours(1);
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            Claims = claims,
            NotBefore = end.AddHours(-1),
            IssuedAt = end.AddHours(-1),
            Expires = end,
            SigningCredentials = new(new SymmetricSecurityKey(key ?? _key), SecurityAlgorithms.HmacSha256),
        });
    }

    private static async Task<HttpResponseMessage> CallAsync(OAuthHost host, string token, string method)
    {
        using var client = host.Open();
        return await client.SendAsync(
            new HttpMethod(method), "/api/v1/jobs", method == "POST" ? JsonContent.Create(new { title = "Gardener" }) : null,
            request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token));
    }
}
