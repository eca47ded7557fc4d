using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The list of keys.</summary>
public sealed partial class KeyListTests
{
    [Fact]
    public async Task List_HasTheKeysOfTheWorkspace_AndNoScriptThatSomebodyStored()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync("<script>alert(1)</script>")).Key;

        var own = await host.GetAsync("/keys");
        var other = await host.GetAsync("/keys", "other");

        own.Status.Should().Be(HttpStatusCode.OK);
        own.Html.Should().Contain($"href=\"/dashboard/keys/{key.Id}\"").And.Contain("&lt;script&gt;alert").And
            .NotContain("<script>alert");
        own.Text.Should().Contain("CI/CD").And.Contain("Read Only").And.Contain("Active").And.Contain(key.Hint).And
            .NotContain(key.Hint + "…");
        other.Text.Should().Contain("No API keys yet. Your application needs one to call the API.").And.NotContain(key.Hint);
    }

    [Theory]
    [InlineData("?name=BILL", "billing")]
    [InlineData("?type=analytics", "reports")]
    [InlineData("?status=Disabled", "paused")]
    [InlineData("?status=nonsense&type=nonsense&name=bill", "billing")]
    public async Task List_Filtered_HasOnlyWhatMatches(string query, string name)
    {
        await using var host = await JobsApi.StartAsync();
        await host.CreateAsync("billing");
        await host.CreateAsync("reports", request => request with { Type = "analytics" });
        var paused = await host.CreateAsync("paused", request => request with { Type = "development" });
        await host.PostAsync($"/keys/{paused.Key.Id}/disable");

        var page = await host.GetAsync("/keys" + query);
        var none = await host.GetAsync("/keys?name=nothing");

        Links().Matches(page.Html).Select(match => match.Groups[1].Value).Should().Equal(name);
        none.Text.Should().Contain("No key matches. Clear filters.");
    }

    [Fact]
    public async Task List_Pages_LeadForthAndBack_AndKeepTheFilter()
    {
        await using var host = await JobsApi.StartAsync();
        for (var i = 0; i < 120; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await host.CreateAsync("key-" + i.ToString("000", CultureInfo.InvariantCulture));
        }

        var seen = new List<string>();
        var addresses = new List<string?> { "/keys?name=key" };
        while (addresses[^1] is { } address)
        {
            var page = await host.GetAsync(address);
            seen.AddRange(Links().Matches(page.Html).Select(match => match.Groups[1].Value));
            addresses.Add(Link(page, "Older"));
        }

        var last = await host.GetAsync(addresses[^2]!);
        var second = await host.GetAsync(Link(last, "Newer")!);
        var first = await host.GetAsync(Link(second, "Newer")!);

        seen.Should().HaveCount(120).And.OnlyHaveUniqueItems().And.BeInDescendingOrder();
        second.Text.Should().Contain("key-069").And.Contain("key-020");
        first.Text.Should().Contain("key-119").And.Contain("key-070");
        first.Value("name").Should().Be("key");
        Link(first, "Newer").Should().BeNull();
    }

    [Fact]
    public async Task List_SearchedForASecret_DoesNotRepeatIt()
    {
        await using var host = await JobsApi.StartAsync();
        var issued = await host.CreateAsync();

        var page = await host.GetAsync("/keys?name=" + issued.Secret);

        page.Text.Should().Contain("This looks like a secret");
        page.Html.Should().NotContain(issued.Secret);
    }

    [Fact]
    public async Task List_ForAReader_ChangesNothing()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;

        var list = await host.GetAsync("/keys", "reader");
        var page = await host.GetAsync("/keys/" + key.Id, "reader");

        list.Text.Should().Contain("checkout-prod").And.NotContain("Generate New API Key");
        page.Main.Should().Contain("checkout-prod").And.NotContain("<button").And.NotContain("/revoke");
        foreach (var path in new[] { "/keys/new", $"/keys/{key.Id}/edit", $"/keys/{key.Id}/rotate", $"/keys/{key.Id}/revoke" })
        {
            (await host.GetAsync(path, "reader")).Status.Should().Be(HttpStatusCode.Forbidden, path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/edit")]
    [InlineData("/edit/summary")]
    [InlineData("/rotate")]
    [InlineData("/revoke")]
    [InlineData("/history")]
    [InlineData("/first-request")]
    public async Task Key_OfAnotherWorkspace_IsNotFound(string path)
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;

        var page = await host.GetAsync($"/keys/{key.Id}{path}", "other");

        page.Status.Should().Be(HttpStatusCode.NotFound);
        page.Html.Should().NotContain("checkout-prod");
    }

    [Theory]
    [InlineData("/edit")]
    [InlineData("/rotate")]
    [InlineData("/revoke")]
    [InlineData("/disable")]
    [InlineData("/enable")]
    public async Task Form_ForAKeyOfAnotherWorkspace_IsNotFound(string path)
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;

        var page = await host.PostAsync($"/keys/{key.Id}{path}", new() { ["name"] = "stolen" }, "other");

        page.Status.Should().Be(HttpStatusCode.NotFound);
        (await host.FindAsync(key.Id)).Should().BeEquivalentTo(key);
    }

    private static string? Link(Page page, string text)
        => Regex.Match(page.Html, $"href=\"/dashboard([^\"]+)\">{text}</a>") is { Success: true } match
            ? WebUtility.HtmlDecode(match.Groups[1].Value)
            : null;

    [GeneratedRegex("<a href=\"/dashboard/keys/key_[^\"]+\">([^<]+)</a>")]
    private static partial Regex Links();
}
