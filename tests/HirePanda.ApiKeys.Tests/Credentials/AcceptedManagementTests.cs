using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Management by callers of accepted schemes, some of whose credentials a browser sends by itself.</summary>
public sealed class AcceptedManagementTests
{
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

    [Theory]
    [InlineData(false, HttpStatusCode.Unauthorized, "unauthorized")]
    [InlineData(true, HttpStatusCode.ServiceUnavailable, "service_unavailable")]
    public async Task Management_CredentialThatEndsWhileTheBodyArrives_IsRefused(
        bool throws, HttpStatusCode status, string code)
    {
        await using var api = await CredentialsApi.StartAsync(accept: keys => keys.AcceptScheme(
            "Bearer",
            scheme => scheme.IsStillValid = (_, principal) => throws
                ? throw new IOException("The issuer is down.")
                : new(principal.FindFirst("client_id")!.Value != CredentialsApi.Client)));

        using var response = await api.CallAsync(
            "/keys", await api.CredentialAsync("jwt", "admin"), HttpMethod.Post, new { name = "New", type = "ci" });
        using var read = await api.CallAsync("/keys", await api.CredentialAsync("jwt", "admin"));

        response.StatusCode.Should().Be(status);
        (await response.CodeAsync()).Should().Be(code);
        (await read.JsonAsync()).GetProperty("items").GetArrayLength().Should().Be(0, "a request without a body is not slow");
    }
}
