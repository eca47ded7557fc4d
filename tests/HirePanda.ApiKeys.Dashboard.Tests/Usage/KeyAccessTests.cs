using System.Net;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>What a key can call, and which of its permissions it has used.</summary>
public sealed class KeyAccessTests
{
    private const string Endpoints = "What the key can call";

    [Fact]
    public async Task Page_ListsEveryEndpointWithItsVerdict()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync();
        await host.SendAsync(secret, "GET /jobs/1", 3);
        await host.SendAsync(secret, "POST /jobs", 2);

        var page = await host.GetAsync($"/keys/{key.Id}/access");

        page.Status.Should().Be(HttpStatusCode.OK);
        page.Rows(Endpoints).Should().Equal(
            "GET /broken | Allowed | 0",
            "POST /jobs | Lacks jobs:write | 2",
            "GET /jobs/{id} | Allowed | 3",
            "GET /open | Open to anyone | 0",
            "GET /slow | Allowed | 0",
            "GET /staff | Not with API keys | 0",
            "GET /tier | Lacks write | 0",
            "GET /weekdays | Depends on the request | 0");
        page.Text.Should().Contain("Can call 4 of 8 endpoints");
    }

    [Fact]
    public async Task Page_OfAKeyThatUsedLessThanItHas_OffersToReduceIt()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync(tier: "write");
        await host.SendAsync(secret, "GET /jobs/1");
        await host.SendAsync(secret, "POST /jobs");
        await host.SendAsync(secret, "GET /open");
        await host.SendAsync(secret, "GET /nowhere");

        var page = await host.GetAsync($"/keys/{key.Id}/access");

        page.Text.Should().Contain("Granted 4 permissions, used 2 in 30 days").And.NotContain("is not known");
        page.Html.Should().Contain(
            $"/dashboard/keys/{key.Id}/edit?permissions=jobs:read,jobs:write\">Reduce to these 2</a>");
        (await host.GetAsync($"/keys/{key.Id}/access", "reader")).Text.Should().Contain("used 2 in 30 days")
            .And.NotContain("Reduce");
        (await host.GetAsync($"/keys/{key.Id}/access", "other")).Status.Should().Be(HttpStatusCode.NotFound);
        await host.RevokeAsync(key.Id);
        (await host.GetAsync($"/keys/{key.Id}/access")).Text.Should().Contain("used 2").And.NotContain("Reduce");
    }

    [Fact]
    public async Task Page_OfAKeyThatWasRefused_CountsNothingAsUsed()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync(tier: null, permissions: ["jobs:write", "jobs:close"]);
        await host.SendAsync(secret, "GET /jobs/1");

        var page = await host.GetAsync($"/keys/{key.Id}/access");

        page.Text.Should().Contain("Granted 2 permissions, used 0 in 30 days").And.Contain("Used None")
            .And.NotContain("Reduce");
    }

    [Fact]
    public async Task Page_OfAKeyThatNeedsATier_SaysThatPermissionsDoNotReplaceIt()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync(tier: "admin");
        await host.SendAsync(secret, "GET /tier");
        await host.SendAsync(secret, "GET /jobs/1");

        var page = await host.GetAsync($"/keys/{key.Id}/access");

        page.Text.Should().Contain("used 1 in 30 days").And.Contain("also require the tier write")
            .And.NotContain("Reduce");
    }

    [Fact]
    public async Task Page_OfAKeyWhoseNeedsOnlyARequestDecides_SaysSo()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync(tier: "write");
        await host.SendAsync(secret, "GET /weekdays");
        await host.SendAsync(secret, "GET /jobs/1");

        var page = await host.GetAsync($"/keys/{key.Id}/access");

        page.Text.Should().Contain("What the key needs for this endpoint is not known").And.Contain("Reduce to this 1");
    }

    [Fact]
    public async Task Page_AfterThirtyDays_ForgetsWhatWasUsedBefore()
    {
        await using var host = await UsageApi.StartAsync();
        var (key, secret) = await host.IssueAsync(tier: "write");
        await host.SendAsync(secret, "POST /jobs");
        (await host.GetAsync($"/keys/{key.Id}/access")).Text.Should().Contain("used 1 in")
            .And.Contain("just now, so it may still need");
        host.Time.Advance(TimeSpan.FromDays(32));

        var page = await host.GetAsync($"/keys/{key.Id}/access");

        page.Text.Should().Contain("used 0 in 30 days").And.NotContain("so it may still need");
    }
}
