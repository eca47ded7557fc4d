using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Sources of a secret other than <c>Authorization</c>.</summary>
public sealed class CredentialTests
{
    private static readonly Action<ApiKeyOptions> _withHeader = options => options.HeaderNames = ["X-API-Key"];
    private static readonly Action<ApiKeyOptions> _withHeaders = options => options.HeaderNames = ["X-API-Key", "X-Gateway-Key"];

    [Fact]
    public async Task Get_FurtherHeaderTurnedOn_IsRead()
    {
        await using var api = await TestApi.StartAsync(_withHeader);

        using var response = await SendAsync(api, api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Header("Vary").Should().Be("X-API-Key");
        response.Header("Cache-Control").Should().Be("private");
    }

    [Fact]
    public async Task Get_FurtherHeaderNotTurnedOn_IsMissing()
    {
        await using var api = await TestApi.StartAsync();

        using var response = await SendAsync(api, api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be("Bearer");
        response.Header("Vary").Should().BeNull();
    }

    [Fact]
    public async Task Get_FurtherHeaderOnACacheableAnswer_KeepsItFromSharedCaches()
    {
        await using var api = await TestApi.StartAsync(_withHeader, app: app => app.MapGet("/cached", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=60, s-maxage=600";
            context.Response.Headers.Vary = "Accept";
            return "cached";
        }));

        using var withKey = await SendAsync(api, api.Secret(), "/cached");
        using var without = await api.GetAsync("/cached");

        withKey.Header("Cache-Control").Should().Be("max-age=60, private");
        withKey.Header("Vary").Should().Be("Accept, X-API-Key");
        without.Header("Cache-Control").Should().Be("public, max-age=60, s-maxage=600");
        without.Header("Vary").Should().Be("Accept, X-API-Key", "the response to a request with a key would differ");
    }

    [Fact]
    public async Task Get_KeyInBothPlacesOrTwiceInTheHeader_IsAmbiguous()
    {
        await using var api = await TestApi.StartAsync(_withHeader);
        var secret = api.Secret();

        using var both = await SendAsync(api, secret, authorization: $"Bearer {secret}");
        var twice = await api.Server.SendAsync(context =>
        {
            context.Request.Path = "/read";
            context.Request.Headers["X-API-Key"] = new[] { secret, secret };
        }, TestContext.Current.CancellationToken);

        both.Header("WWW-Authenticate").Should().Be("Bearer error=\"invalid_request\"");
        twice.Response.Headers.WWWAuthenticate.ToString().Should().Be("Bearer error=\"invalid_request\"");
    }

    [Fact]
    public async Task Get_KeyInTheHeaderBesideAForeignToken_IsAdmitted()
    {
        await using var api = await TestApi.StartAsync(_withHeader);

        using var response = await SendAsync(api, api.Secret(), authorization: "Bearer eyJhbGciOiJub25lIn0.e30.");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("gateway-value")]
    [InlineData("")]
    public async Task Get_ForeignValueInTheHeaderBesideAKey_IsAdmitted(string value)
    {
        await using var api = await TestApi.StartAsync(_withHeader);

        using var response = await SendAsync(api, value, authorization: $"Bearer {api.Secret()}");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("junk", "Bearer error=\"invalid_token\"")]
    [InlineData("", "Bearer")]
    public async Task Get_JunkInTheHeader_IsRefused(string value, string challenge)
    {
        await using var api = await TestApi.StartAsync(_withHeader);

        using var response = await SendAsync(api, value);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Header("WWW-Authenticate").Should().Be(challenge);
    }

    [Theory]
    [InlineData("X-API-Key")]
    [InlineData("x-gateway-key")]
    public async Task Get_SeveralFurtherHeaders_EachIsReadAndAllAreInVary(string header)
    {
        await using var api = await TestApi.StartAsync(_withHeaders);

        using var response = await SendAsync(api, (header, api.Secret()));
        using var anonymous = await SendAsync(api);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Header("Vary").Should().Be("X-API-Key, X-Gateway-Key");
        response.Header("Cache-Control").Should().Be("private");
        anonymous.Header("Vary").Should().Be("X-API-Key, X-Gateway-Key");
        anonymous.Header("Cache-Control").Should().BeNull();
    }

    [Fact]
    public async Task Get_SeveralFurtherHeaders_MoreThanOneKeyIsAmbiguous()
    {
        await using var api = await TestApi.StartAsync(_withHeaders);
        var (secret, other) = (api.Secret(), api.Secret("read"));

        using var two = await SendAsync(api, ("X-API-Key", secret), ("X-Gateway-Key", other));
        using var same = await SendAsync(api, ("X-API-Key", secret), ("X-Gateway-Key", secret));
        using var last = await SendAsync(api, ("Authorization", $"Bearer {secret}"), ("X-Gateway-Key", secret));

        foreach (var response in new[] { two, same, last })
        {
            response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            response.Header("WWW-Authenticate").Should().Be("Bearer error=\"invalid_request\"");
        }
    }

    [Fact]
    public async Task Get_SeveralFurtherHeaders_AForeignValueHidesNoKey()
    {
        await using var api = await TestApi.StartAsync(_withHeaders);
        var secret = api.Secret();

        using var before = await SendAsync(api, ("X-API-Key", "gateway-value"), ("X-Gateway-Key", secret));
        using var after = await SendAsync(api, ("X-API-Key", secret), ("X-Gateway-Key", "gateway-value"));
        using var all = await SendAsync(
            api, ("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."), ("X-API-Key", "gateway-value"), ("X-Gateway-Key", secret));

        before.StatusCode.Should().Be(HttpStatusCode.OK);
        after.StatusCode.Should().Be(HttpStatusCode.OK);
        all.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Get_EventSuppliesTheSecret_ForOnePathAlone()
    {
        await using var api = await TestApi.StartAsync(options => options.Events.OnMessageReceived = context =>
        {
            context.Secret = context.Request.Path == "/read" ? context.Request.Query["access_token"].ToString() : null;
            return Task.CompletedTask;
        });
        var secret = api.Secret();

        using var supplied = await api.GetAsync($"/read?access_token={secret}");
        using var other = await api.GetAsync($"/admin?access_token={secret}");
        using var header = await api.GetAsync("/read", secret);

        supplied.StatusCode.Should().Be(HttpStatusCode.OK);
        other.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        header.StatusCode.Should().Be(HttpStatusCode.OK, "without a secret from the event, the headers apply");
    }

    [Fact]
    public async Task Get_LegacySecretAdmittedByTheHost_IsFoundByHash()
    {
        await using var api = await TestApi.StartAsync(
            options => options.IsLegacySecret = token => token.StartsWith("old-", StringComparison.Ordinal));
        api.Issue(
            change: key => key with { Hash = new ApiKeyHash(System.Security.Cryptography.SHA256.HashData("old-secret"u8)) });

        using var known = await api.GetAsync("/read", "old-secret");
        using var unknown = await api.GetAsync("/read", "old-other");

        known.StatusCode.Should().Be(HttpStatusCode.OK);
        unknown.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static Task<HttpResponseMessage> SendAsync(
        TestApi api, string key, string path = "/read", string? authorization = null)
        => api.SendAsync(HttpMethod.Get, path, change: request =>
        {
            request.Headers.TryAddWithoutValidation("X-API-Key", key);
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }
        });

    private static Task<HttpResponseMessage> SendAsync(TestApi api, params (string Name, string Value)[] headers)
        => api.SendAsync(HttpMethod.Get, "/read", change: request =>
        {
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value).Should().BeTrue();
            }
        });
}
