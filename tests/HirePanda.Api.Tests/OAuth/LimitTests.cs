using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.Api.Tests;

/// <summary>The limit of an address, which holds before OpenIddict looks at a request.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:1:1::1", "2001:db8:1:1:ffff::2", true)]
    [InlineData("2001:db8:1:1::1", "2001:db8:1:2::1", false)]
    public async Task Limit_IsOfAnAddressOrNetwork(string first, string second, bool isShared)
    {
        await using var host = await StartAsync(requests: 2);
        using var browser = host.Open();

        foreach (var path in new[] { "/connect/token", "/connect/introspect" })
        {
            using var admitted = await SendAsync(browser, HttpMethod.Post, path, first);
            admitted.StatusCode.Should().BeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized);
        }

        using var other = await SendAsync(browser, HttpMethod.Post, "/connect/revoke", second);

        other.StatusCode.Should().Be(isShared ? HttpStatusCode.TooManyRequests : HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Request_BeyondTheLimit_IsAnswered429()
    {
        await using var host = await StartAsync(requests: 1);
        using var browser = host.Open();
        (await SendAsync(browser, HttpMethod.Post, "/connect/token", "192.0.2.1")).Dispose();

        using var app = await SendAsync(browser, HttpMethod.Post, "/connect/token", "192.0.2.1");
        using var person = await SendAsync(browser, HttpMethod.Get, "/connect/authorize", "192.0.2.1");
        using var call = await SendAsync(browser, HttpMethod.Get, "/api/v1/jobs", "192.0.2.1");

        foreach (var refused in new[] { app, person })
        {
            refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
            int.Parse(refused.Header("Retry-After")!).Should().BeInRange(1, 60);
            refused.Header("Cache-Control").Should().Be("no-store");
        }

        (await app.JsonAsync()).GetProperty("error").GetString().Should().Be("temporarily_unavailable");
        (await person.TextAsync()).Should().Contain("<h1>HirePanda is not available</h1>");
        call.StatusCode.Should().Be(HttpStatusCode.Unauthorized, "the limit is that of OAuth alone");
    }

    [Theory]
    [InlineData("/connect/introspect")]
    [InlineData("/connect/revoke")]
    [InlineData("/connect/token")]
    public async Task Body_ThatIsTooLarge_IsRefusedBeforeItIsRead(string path)
    {
        await using var host = await OAuthHost.StartAsync();
        using var browser = host.Open();

        using var refused = await browser.PostAsync(path, ("token", new string('x', 65 * 1024)));

        refused.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await refused.JsonAsync()).GetProperty("error").GetString().Should().Be("invalid_request");
    }

    [Theory]
    [InlineData("/connect/token")]
    [InlineData("/connect/introspect")]
    [InlineData("/connect/authorize")]
    public async Task Form_ThatCannotBeRead_IsRefused(string path)
    {
        await using var host = await OAuthHost.StartAsync();
        using var browser = host.Open();

        using var refused = await browser.PostAsync(
            path, [.. Enumerable.Range(0, 1_100).Select(i => ($"a{i}", "x"))]);

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await refused.TextAsync()).Should().Contain("invalid_request");
    }

    [Fact]
    public void Limit_ThatAdmitsNothing_StopsTheHost()
        => FluentActions.Invoking(() => new ServiceCollection().AddOAuthLimit(0)).Should().Throw<InvalidOperationException>()
            .WithMessage("OAuth:RequestsPerMinute must be 1 or more.");

    private static Task<OAuthHost> StartAsync(int requests)
        => OAuthHost.StartAsync(
            services: TestAddress.AddTo,
            settings: ("OAuth:RequestsPerMinute", $"{requests}"));

    private static Task<HttpResponseMessage> SendAsync(Browser browser, HttpMethod method, string path, string address)
        => browser.SendAsync(method, path, change: request => request.Headers.Add(TestAddress.Header, address));
}
