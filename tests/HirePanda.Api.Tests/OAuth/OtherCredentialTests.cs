using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace HirePanda.Api.Tests;

/// <summary>The API with a session cookie, and with JWTs of another issuer.</summary>
public sealed class OtherCredentialTests
{
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

        using var response = await CallAsync(host, OtherIssuer.CreateToken(scope, workspace), method);

        ((int)response.StatusCode).Should().Be(status, await response.TextAsync());
    }

    [Fact]
    public async Task Jwt_ThatIsNotItsIssuers_IsRefused()
    {
        await using var host = await StartAsync();
        var token = OtherIssuer.CreateToken("admin", "acme");
        string[] wrong =
        [
            OtherIssuer.CreateToken("admin", "acme", issuer: "https://evil.test"),
            OtherIssuer.CreateToken("admin", "acme", audience: "https://other.test"),
            OtherIssuer.CreateToken("admin", "acme", expires: DateTime.UtcNow.AddHours(-1)),
            OtherIssuer.CreateToken("admin", "acme", key: RandomNumberGenerator.GetBytes(32)),
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

        using var response = await CallAsync(host, OtherIssuer.CreateToken("admin", "acme"), "GET");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static Task<OAuthHost> StartAsync() => OAuthHost.StartAsync(settings: OtherIssuer.Settings);

    private static async Task<HttpResponseMessage> CallAsync(OAuthHost host, string token, string method)
    {
        using var client = host.Open();
        return await client.SendAsync(
            new HttpMethod(method), "/api/v1/jobs", method == "POST" ? JsonContent.Create(new { title = "Gardener" }) : null,
            OAuthHost.Authorize(token));
    }
}
