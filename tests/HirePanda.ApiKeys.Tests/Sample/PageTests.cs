using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The sample's start page and login pages: header fields, links, and markup.</summary>
public sealed class PageTests
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'";

    [Fact]
    public async Task Pages_HaveExactlyTheStrictHeaders()
    {
        await using var host = await SampleHost.StartAsync();
        using var person = await host.SignInAsync("keeper@hirepanda.test", "acme");
        using var anonymous = host.Open();
        using var start = await person.GetAsync("/");
        var responses = new List<HttpResponseMessage>
        {
            start,
            await anonymous.GetAsync("/"),
            await anonymous.SendAsync(HttpMethod.Head, "/"),
            await anonymous.GetAsync("/login"),
            await anonymous.SignInAsync("keeper@hirepanda.test", "wrong"),
            await anonymous.SignInAsync("keeper@hirepanda.test", SampleHost.Password),
            await anonymous.GetAsync("/denied"),
            await person.GetAsync("/denied"),
            await anonymous.PostAsync("/login"),
            await anonymous.PostAsync("/logout"),
            await person.PostAsync("/logout", ("__RequestVerificationToken", await Browser.TokenAsync(start))),
        };

        foreach (var response in responses)
        {
            response.Header("Content-Security-Policy").Should().Be(Policy);
            response.Header("X-Frame-Options").Should().Be("DENY");
            response.Header("X-Content-Type-Options").Should().Be("nosniff");
            response.Header("Referrer-Policy").Should().Be("same-origin");
            response.Header("Cache-Control").Should().Be("no-store");
            response.Header("Pragma").Should().BeNull();
            response.Header("Expires").Should().BeNull();
            response.Dispose();
        }

        responses.Select(response => (int)response.StatusCode)
            .Should().Equal(200, 200, 200, 200, 422, 303, 403, 403, 400, 400, 303);
    }

    [Fact]
    public async Task Start_WithoutASession_LinksDashboardApiMetricsAndLoginAndSetsNoCookie()
    {
        await using var host = await SampleHost.StartAsync();
        using var browser = host.Open();

        using var response = await browser.GetAsync("/");

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Header("Content-Type").Should().Be("text/html; charset=utf-8");
        response.Header("Set-Cookie").Should().BeNull();
        var page = await response.TextAsync();
        foreach (var link in new[] { "/dashboard", "/api/v1/jobs", "/metrics", "/login", "/site.css" })
        {
            page.Should().Contain($"href=\"{link}\"");
        }

        page.Should().Contain("curl -H &quot;Authorization: Bearer $HIREPANDA_API_KEY&quot; http://localhost/api/v1/jobs");
    }

    [Fact]
    public async Task Login_HasLabeledFields()
    {
        await using var host = await SampleHost.StartAsync();
        using var browser = host.Open();

        using var response = await browser.GetAsync("/login");

        (await response.TextAsync()).Should().Contain("<label for=\"email\">Email</label>").And.Contain("<input id=\"email\"")
            .And.Contain("<label for=\"password\">Password</label>").And.Contain("<input id=\"password\"")
            .And.Contain("type=\"password\"").And.Contain("<button>Sign in</button>");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/login")]
    [InlineData("/denied")]
    public async Task Pages_HaveNoInlineStyleOrScript(string path)
    {
        await using var host = await SampleHost.StartAsync();
        using var browser = await host.SignInAsync("keeper@hirepanda.test", null);

        using var response = await browser.GetAsync(path);

        (await response.TextAsync()).Should().StartWith("<!DOCTYPE html>").And.NotContain("<script").And.NotContain("<style")
            .And.NotContain(" style=").And.NotMatchRegex(" on[a-z]+=");
    }

    [Fact]
    public async Task Style_IsServedAndRevalidated()
    {
        await using var host = await SampleHost.StartAsync();
        using var browser = host.Open();

        using var response = await browser.GetAsync("/site.css");
        using var again = await browser.SendAsync(
            HttpMethod.Get, "/site.css", change: request => request.Headers.IfNoneMatch.Add(response.Headers.ETag!));

        response.Header("Content-Type").Should().Be("text/css; charset=utf-8");
        response.Header("Cache-Control").Should().Be("no-cache");
        response.Header("X-Content-Type-Options").Should().Be("nosniff");
        response.Header("Content-Security-Policy").Should().Be(Policy);
        (await response.TextAsync()).Should().Contain("light-dark(");
        again.StatusCode.Should().Be(HttpStatusCode.NotModified);
    }
}
