using System.Net;
using System.Net.Http.Headers;

namespace HirePanda.Api.Tests;

/// <summary>A database that does not answer: 503 everywhere, and the flow goes on afterward.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Outage_IsAnswered503_AndEndsNothing()
    {
        var outage = new Outage();
        await using var host = await OAuthHost.StartAsync(services: outage.AddTo);
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        var code = await OAuthHost.AllowAsync(browser, app);
        using var consent = await browser.GetAsync(OAuthHost.AuthorizeUrl(app, changes: ("prompt", "consent")));
        using var apps = await browser.GetAsync("/authorized-apps");
        var withdrawal = new[]
        {
            ("__RequestVerificationToken", await Browser.TokenAsync(apps)), ("app", await Browser.FieldAsync(apps, "app")),
        };

        outage.IsOn = true;
        foreach (var page in new[]
        {
            await browser.GetAsync(OAuthHost.AuthorizeUrl(app)),
            await OAuthHost.DecideAsync(browser, consent, "allow"),
            await browser.GetAsync("/authorized-apps"),
            await browser.PostAsync("/authorized-apps", withdrawal),
        })
        {
            page.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            page.Header("Retry-After").Should().Be("1");
            page.Header("Content-Security-Policy").Should().Contain("default-src 'none'");
            (await page.TextAsync()).Should().Contain("<h1>HirePanda is not available</h1>");
        }

        foreach (var answer in new[]
        {
            await host.RedeemAsync(app, code),
            await host.RefreshAsync(app, tokens.Refresh),
            await host.PostAsync(app, "introspect", ("token", tokens.Access)),
            await host.PostAsync(app, "revoke", ("token", tokens.Access)),
        })
        {
            answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            answer.Header("Retry-After").Should().Be("1");
            answer.Header("Cache-Control").Should().Be("no-store");
            (await answer.JsonAsync()).GetProperty("error").GetString().Should().Be("temporarily_unavailable");
        }

        outage.IsOn = false;
        await Tokens.ReadAsync(await host.RefreshAsync(app, tokens.Refresh));
        await Tokens.ReadAsync(await host.RedeemAsync(app, code));
    }

    [Fact]
    public async Task Outage_CallWithAToken_IsAnswered503()
    {
        var outage = new Outage();
        await using var host = await OAuthHost.StartAsync(services: outage.AddTo);
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);
        var call = Authorize(tokens.Access);

        outage.IsOn = true;
        using var refused = await browser.SendAsync(HttpMethod.Get, "/api/v1/jobs", change: call);
        outage.IsOn = false;
        using var accepted = await browser.SendAsync(HttpMethod.Get, "/api/v1/jobs", change: call);

        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.Header("Retry-After").Should().NotBeNull();
        (await refused.CodeAsync()).Should().Be("service_unavailable");
        accepted.StatusCode.Should().Be(HttpStatusCode.OK, "an answer that was not read is not remembered");
    }

    private static Action<HttpRequestMessage> Authorize(string token)
        => request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
}
