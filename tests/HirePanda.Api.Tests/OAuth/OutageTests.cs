using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.Api.Tests;

/// <summary>A database that does not answer: 503 everywhere, and the flow goes on afterward.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

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
        var call = OAuthHost.Authorize(tokens.Access);

        outage.IsOn = true;
        using var refused = await browser.SendAsync(HttpMethod.Get, "/api/v1/jobs", change: call);
        outage.IsOn = false;
        using var accepted = await browser.SendAsync(HttpMethod.Get, "/api/v1/jobs", change: call);

        refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        refused.Header("Retry-After").Should().NotBeNull();
        (await refused.CodeAsync()).Should().Be("service_unavailable");
        accepted.StatusCode.Should().Be(HttpStatusCode.OK, "an answer that was not read is not remembered");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Value_ThatTheDatabaseCannotHold_IsTheCallersFault(string provider)
    {
        await using var host = await OAuthHost.StartAsync(await SampleDatabase.NewAsync(provider));
        using var browser = host.Open();

        using var page = await browser.GetAsync("/connect/authorize?response_type=code&client_id=a%00b&redirect_uri=x");
        using var login = await browser.GetAsync(
            "/login?returnUrl=%2Fconnect%2Fauthorize%3Fclient_id%3Da%2500b%26redirect_uri%3Dx");
        using var token = await browser.PostAsync("/connect/token", ("grant_type", "refresh_token"), ("client_id", "a\0b"));

        page.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        login.StatusCode.Should().Be(HttpStatusCode.OK);
        token.StatusCode.Should().BeOneOf(HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Database_ThatHangs_IsAnswered503ToACallWithAToken(bool blocks)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var outage = new Outage();
        await using var host = await OAuthHost.StartAsync(services: all =>
        {
            all.AddSingleton<TimeProvider>(time);
            outage.AddTo(all);
        }, settings: ("OAuth:AccessTokenLifetime", "365.00:00:00"));
        var app = await host.RegisterAsync();
        using var browser = await host.SignInAsync();
        var tokens = await host.GetTokensAsync(browser, app);

        outage.Hang(blocks);
        var calls = Array.ConvertAll(new int[3], _ => host.ReadJobsAsync(tokens));
        await outage.Waiting;
        calls = [.. calls, host.ReadJobsAsync(tokens)];
        for (var start = Stopwatch.GetTimestamp();
            Stopwatch.GetElapsedTime(start) < _patience && !Array.TrueForAll(calls, IsOver);)
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        var areOver = Array.TrueForAll(calls, IsOver);
        outage.Release();
        areOver.Should().BeTrue("they do not wait for the database");
        (await Task.WhenAll(calls)).Should().AllBeEquivalentTo(HttpStatusCode.ServiceUnavailable);
    }

    private static bool IsOver(Task call) => call.IsCompleted;
}
