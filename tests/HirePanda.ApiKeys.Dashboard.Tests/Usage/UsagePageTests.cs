using System.Net;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The page about the usage of a workspace.</summary>
public sealed class UsagePageTests
{
    private static readonly string[] _ranges = ["24 hours", "7 days", "30 days"];

    [Fact]
    public async Task Page_ShowsWhatTheReportSays()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync(tier: "write");
        await host.SendAsync(secret, "GET /jobs/1", 900);
        host.Time.Advance(TimeSpan.FromMinutes(2));
        await host.SendAsync(secret, "GET /jobs/1", 334);
        await host.SendAsync(secret, "POST /jobs", 7, "US");
        await host.SendAsync(secret, "GET /slow", 2, "ZZ");
        await host.SendAsync(secret, "GET /broken", 3, "XX");

        var page = await host.GetAsync("/usage");

        page.Status.Should().Be(HttpStatusCode.OK);
        page.Text.Should().ContainAll(_ranges).And.Contain("Requests 1,246 ").And.Contain("Errors 10 ").And.Contain("0.8 %");
        page.Rows("Requests by endpoint").Should().Equal(
            "GET /jobs/{id} | 1,234 | 0 | 99.0 %", "POST /jobs | 7 | 7 | 0.6 %", "GET /broken | 3 | 3 | 0.2 %",
            "GET /slow | 2 | 0 | 0.2 %");
        page.Rows("Requests by status").Should().Equal(
            "200 OK | 1,236 | 99.2 %", "422 Unprocessable Entity | 7 | 0.6 %", "500 Internal Server Error | 3 | 0.2 %");
        page.Rows("Requests by country").Should().Equal(
            "Germany (DE) | 1,234 | 99.0 %", "United States of America (US) | 7 | 0.6 %", "Unknown | 3 | 0.2 %",
            "ZZ | 2 | 0.2 %");
        page.Rows("Requests by key").Should().Equal("checkout | 1,246 | 10 | 100.0 %");
        page.Rows("Requests over time")[^1].Should().Be("24 Nov 2026, 12:00 UTC | 1,246 | 1,236 | 7 | 3");
        var latency = (await host.ReportAsync()).ByEndpoint.Single(row => row.Name == "GET /slow").Totals.Latency!;
        page.Rows("Response times by endpoint").Should().Contain(
            row => row.StartsWith($"GET /slow | 0.0 % | {latency.P50.TotalMilliseconds:0.##} ms"));
        page.Html.Should().Contain($"/dashboard/keys/{key.Id}/usage\">checkout</a>")
            .And.Contain("Map of the world: requests from 2 countries, most from Germany, 1,234 of 1,246. 5 are not on the map");
    }

    [Fact]
    public async Task Charts_HaveASummaryATableAndNoText()
    {
        await using var host = await UsageApi.StartAsync();
        var (_, secret) = await host.IssueAsync();
        await host.SendAsync(secret, "GET /jobs/1");

        var html = (await host.GetAsync("/usage")).Html;

        Regex.Count(html, "<summary>Show as table</summary>").Should().Be(6);
        foreach (Match svg in Regex.Matches(html, "<svg class=\"(?!icon)[^>]*>|<svg (?!class)[^>]*>"))
        {
            svg.Value.Should().Match(text => text.Contains("role=\"img\" aria-label=\"", StringComparison.Ordinal)
                || text.Contains("aria-hidden=\"true\"", StringComparison.Ordinal));
        }

        html.Should().Contain("Requests over time: 1 request, 0 errors. Most from 24 Nov 2026, 12:00 UTC: 1.")
            .And.Contain("<title>Germany: 1 request</title>").And.NotContain("<text").And.NotContain("style=");
    }

    [Theory]
    [InlineData("", 25, "24 Nov 2026, 12:00 UTC")]
    [InlineData("?range=24h", 25, "24 Nov 2026, 12:00 UTC")]
    [InlineData("?range=7d", 57, "24 Nov 2026, 12:00 UTC")]
    [InlineData("?range=30d", 31, "24 Nov 2026")]
    [InlineData("?range=forever", 25, "24 Nov 2026, 12:00 UTC")]
    [InlineData("?from=2026-11-24", 13, "24 Nov 2026, 12:00 UTC")]
    [InlineData("?from=2026-11-24&to=2026-11-24", 13, "24 Nov 2026, 12:00 UTC")]
    [InlineData("?from=2020-11-24&to=2026-11-24", 25, "2 Nov 2026")]
    public async Task Range_OfAnyLength_HasBarsWithAllRequests(string query, int bars, string last)
    {
        await using var host = await UsageApi.StartAsync();
        var (_, secret) = await host.IssueAsync();
        await host.SendAsync(secret, "GET /jobs/1", 5);

        var page = await host.GetAsync("/usage" + query);

        var rows = page.Rows("Requests over time");
        rows.Should().HaveCount(bars);
        rows[^1].Should().Be($"{last} | 5 | 5 | 0 | 0");
    }

    [Fact]
    public async Task Days_AreIncludedFromTheFirstToTheLast()
    {
        await using var host = await UsageApi.StartAsync();
        var (_, secret) = await host.IssueAsync();
        await host.SendAsync(secret, "GET /jobs/1", 3);
        host.Time.Advance(TimeSpan.FromDays(1));
        await host.SendAsync(secret, "GET /jobs/1", 5);
        host.Time.Advance(TimeSpan.FromDays(1));
        await host.SendAsync(secret, "GET /jobs/1", 9);

        var both = await host.GetAsync("/usage?from=2026-11-24&to=2026-11-25");
        var none = await host.GetAsync("/usage?from=2026-11-20&to=2026-11-23");

        both.Text.Should().Contain("Requests 8 ").And.Contain("24 Nov 2026, 00:00 UTC to 26 Nov 2026, 00:00 UTC");
        both.Html.Should().Contain("value=\"2026-11-24\"").And.Contain("value=\"2026-11-25\"");
        none.Text.Should().Contain("Requests 0 ").And.Contain("No requests in this time");
    }

    [Theory]
    [InlineData("?from=yesterday", "From must be a day such as 2030-01-31.", "yesterday")]
    [InlineData("?from=2026-11-20&to=2026-13-01", "To must be a day such as 2030-01-31.", "2026-13-01")]
    [InlineData("?from=2026-11-20&to=2026-11-19", "From is later than to.", "2026-11-19")]
    [InlineData("?from=2027-11-20", "From is later than today.", "2027-11-20")]
    [InlineData("?from=0001-01-01", "points: choose a shorter range or a longer interval", "0001-01-01")]
    [InlineData("?to=2026-11-19", "From must be a day such as 2030-01-31.", "2026-11-19")]
    [InlineData("?from=%3Cscript%3Ealert(1)%3C/script%3E", "From must be a day", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    public async Task Days_ThatAreWrong_AreShownAgainWithTheError(string query, string error, string input)
    {
        await using var host = await UsageApi.StartAsync();

        var page = await host.GetAsync("/usage" + query);

        page.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        page.Html.Should().Contain("<title>Error: Usage").And.Contain(error).And.Contain($"value=\"{input}\"")
            .And.Contain("aria-invalid=\"true\"").And.NotContain("<script>alert");
    }

    [Fact]
    public async Task Filter_ByKey_ShowsThatKeyAlone()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync();
        var (_, another) = await host.IssueAsync("<script>alert(1)</script>");
        await host.SendAsync(secret, "GET /jobs/1", 3);
        await host.SendAsync(another, "GET /jobs/1", 5);

        var all = await host.GetAsync("/usage");
        var one = await host.GetAsync($"/usage?key={key.Id}&range=7d");

        all.Rows("Requests by key").Should().Equal(
            "<script>alert(1)</script> | 5 | 0 | 62.5 %", "checkout | 3 | 0 | 37.5 %");
        all.Html.Should().NotContain("<script>alert");
        one.Text.Should().Contain("Requests 3 ").And.Contain("Requests with the key checkout");
        one.Html.Should().Contain($"<option value=\"{key.Id}\" selected").And.Contain($"?range=30d&amp;key={key.Id}\"")
            .And.NotContain("Requests by key");
        (await host.GetAsync("/usage?key=nothing")).Status.Should().Be(HttpStatusCode.NotFound);
        (await host.GetAsync($"/usage?key={key.Id}", "other")).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Compare_ShowsThePeriodBefore()
    {
        await using var host = await UsageApi.StartAsync();
        var (_, secret) = await host.IssueAsync(tier: "write");
        await host.SendAsync(secret, "GET /jobs/1", 3);
        await host.SendAsync(secret, "POST /jobs", 1);
        host.Time.Advance(TimeSpan.FromHours(30));
        await host.SendAsync(secret, "GET /jobs/1", 6);

        var alone = await host.GetAsync("/usage");
        var compared = await host.GetAsync("/usage?range=24h&compare=1");

        alone.Text.Should().NotContain("before:");
        alone.Html.Should().Contain("?range=24h&amp;compare=1\">Compare</a>");
        compared.Text.Should().Contain("Requests 6 before: 4 (+50.0 %)").And.Contain("0.0 % before: 25.0 %")
            .And.Contain("before: 1 (−100.0 %)").And.Contain("Hide comparison");
    }

    [Fact]
    public async Task Page_OfAnActorThatIsBoundToAnOwner_SaysWhyAndShowsItsKeys()
    {
        await using var host = await UsageApi.StartAsync();
        var (own, secret) = await host.IssueAsync("own", owner: "ada");
        var (foreign, _) = await host.IssueAsync("foreign");
        await host.SendAsync(secret, "GET /jobs/1", 4);

        var all = await host.GetAsync("/usage", "ada");

        all.Status.Should().Be(HttpStatusCode.Forbidden);
        all.Text.Should().Contain("You see your own keys only").And.Contain("own").And.NotContain("foreign");
        (await host.GetAsync($"/usage?key={own.Id}", "ada")).Text.Should().Contain("Requests 4 ");
        (await host.GetAsync($"/keys/{own.Id}/usage", "ada")).Text.Should().Contain("Requests 4 ");
        (await host.GetAsync($"/keys/{foreign.Id}/usage", "ada")).Status.Should().Be(HttpStatusCode.NotFound);
        (await host.GetAsync("/usage/export", "ada")).Status.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Page_WithoutRequests_ShowsHowToSendOne()
    {
        await using var host = await UsageApi.StartAsync();

        var page = await host.GetAsync("/usage");

        page.Text.Should().Contain("No requests in this time")
            .And.Contain("curl http://localhost/ -H \"Authorization: Bearer $HIREPANDA_API_KEY\"");
    }

    [Fact]
    public async Task KeyTab_ShowsTheKeyAlone()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync();
        var (_, another) = await host.IssueAsync("another");
        await host.SendAsync(secret, "GET /jobs/1", 3);
        await host.SendAsync(another, "GET /jobs/1", 5);

        var page = await host.GetAsync($"/keys/{key.Id}/usage?range=7d");

        page.Text.Should().Contain("checkout").And.Contain("Requests 3 ");
        page.Html.Should().Contain($"/dashboard/keys/{key.Id}/usage?range=30d\"").And.NotContain("Requests by key")
            .And.Contain($"/dashboard/usage/export?range=7d&amp;key={key.Id}\"");
        (await host.GetAsync($"/keys/{key.Id}/usage", "other")).Status.Should().Be(HttpStatusCode.NotFound);
    }
}
