using System.Net;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The form that generates a key, and the page with its secret.</summary>
public sealed class GenerateKeyTests
{
    [Fact]
    public async Task Generate_WithANameAlone_ShowsASecretThatWorks()
    {
        await using var host = await JobsApi.StartAsync();
        var form = await host.GetAsync("/keys/new");

        var page = await host.PostAsync("/keys/new", new()
        {
            ["name"] = "By name",
            ["type"] = Checked(form, "type"),
            ["grant"] = Checked(form, "grant"),
            ["idempotency"] = form.Value("idempotency"),
        });

        page.Status.Should().Be(HttpStatusCode.OK);
        page.Text.Should().Contain("This secret won't be shown again.").And.Contain("Waiting for the first request…").And
            .Contain("HIREPANDA_API_KEY=" + page.Secret).And.Contain("os.environ['HIREPANDA_API_KEY']");
        page.Html.Split(page.Secret).Should().HaveCount(3, "the field and the .env line have it, and no example");
        (await host.CallAsync(page.Secret)).Should().Be(HttpStatusCode.OK);
        var key = await host.FindByNameAsync("By name");
        key.Type.Should().Be("development", "nobody gets the most powerful type without choosing it");
        page.Html.Should().Contain($"data-secret-page=\"/dashboard/keys/{key.Id}\"").And
            .Contain($"href=\"/dashboard/keys/{key.Id}?done=stored\"");
        (await host.GetAsync("/keys/" + key.Id)).Html.Should().NotContain(page.Secret);
    }

    [Fact]
    public async Task Generate_SentTwice_MakesOneKey_AndShowsNoSecret()
    {
        await using var host = await JobsApi.StartAsync();
        var fields = new Dictionary<string, string> { ["name"] = "Once", ["type"] = "ci", ["idempotency"] = "abc" };
        var first = await host.PostAsync("/keys/new", fields);

        var second = await host.PostAsync("/keys/new", fields);

        second.Status.Should().Be(HttpStatusCode.Conflict);
        second.Text.Should().Contain("already generated");
        second.Html.Should().Contain("/keys/" + (await host.FindByNameAsync("Once")).Id).And.NotContain(first.Secret);
    }

    [Fact]
    public async Task Generate_WithEverything_StoresIt()
    {
        await using var host = await JobsApi.StartAsync();

        await host.PostAsync("/keys/new", new()
        {
            ["name"] = "Everything",
            ["type"] = "production",
            ["grant"] = "single",
            ["permission"] = "jobs:write",
            ["expires"] = "date",
            ["date"] = "2027-02-23",
            ["networks"] = "192.0.2.0/24\r\n2001:db8::7\r\n",
            ["limits"] = "100 / 60\r\n5 per 1 s",
            ["metadata"] = """{"team": "billing"}""",
        });

        var key = await host.FindByNameAsync("Everything");
        key.Should().BeEquivalentTo(new
        {
            Type = "production",
            Tier = (string?)null,
            Permissions = new[] { "jobs:write" },
            ExpiresAt = new DateTimeOffset(2027, 2, 23, 23, 59, 59, TimeSpan.Zero),
            AllowedNetworks = new[] { "192.0.2.0/24", "2001:db8::7" },
            RateLimits = new[] { new RateLimit(100, TimeSpan.FromMinutes(1)), new RateLimit(5, TimeSpan.FromSeconds(1)) },
        });
        key.Metadata!.Value.GetProperty("team").GetString().Should().Be("billing");
    }

    [Fact]
    public async Task Generate_WithErrors_ComesBackWithItsInputAndAnErrorAtEachField()
    {
        await using var host = await JobsApi.StartAsync();

        var page = await host.PostAsync("/keys/new", new()
        {
            ["name"] = "",
            ["type"] = "ci",
            ["grant"] = "tier:write",
            ["expires"] = "date",
            ["date"] = "2020-01-01",
            ["networks"] = "192.0.2.0/24\r\n</textarea><script>alert(1)</script>",
            ["limits"] = "many",
            ["metadata"] = "{ not json",
            ["idempotency"] = "kept",
        });

        page.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        page.Html.Should().Contain("<title>Error:").And.Contain("value=\"kept\"").And.NotContain("<script>alert");
        foreach (var field in new[] { "name", "expires", "networks", "limits", "metadata" })
        {
            page.Html.Should().Contain($"href=\"#{field}\"").And.Contain($"id=\"{field}-error\"").And
                .MatchRegex($"id=\"{field}\"[^>]*aria-invalid=\"true\"[^>]*aria-describedby=\"{field}-error");
        }

        page.Text.Should().Contain("Line 2 must be an IP address").And.Contain("{ not json").And.Contain("many").And
            .Contain("Line 1: the requests must be 1 to");
        Checked(page, "grant").Should().Be("tier:write");
        (await host.GetAsync("/keys")).Text.Should().Contain("No API keys yet");
    }

    [Fact]
    public async Task Generate_WhatTheUserLacks_IsDisabledWithTheReason_AndRefused()
    {
        await using var host = await JobsApi.StartAsync();

        var form = await host.GetAsync("/keys/new", "writer");
        var page = await host.PostAsync(
            "/keys/new", new() { ["name"] = "Too much", ["type"] = "ci", ["grant"] = "tier:admin" }, "writer");

        form.Html.Should().MatchRegex("value=\"tier:admin\"[^>]* disabled").And
            .NotMatchRegex("value=\"tier:write\"[^>]* disabled");
        form.Text.Should().Contain("so you cannot grant it");
        page.Status.Should().Be(HttpStatusCode.Forbidden);
        page.Html.Should().Contain("You cannot grant what you lack").And.Contain("value=\"Too much\"");
    }

    [Theory]
    [InlineData("type=ci", "Can call 1 of 2 endpoints, from anywhere, until it is revoked.")]
    [InlineData("type=ci&grant=tier:write&expires=90&networks=192.0.2.7",
        "Can call 2 of 2 endpoints, from 1 network, until 22 Feb 2027.")]
    [InlineData("type=ci&grant=single&permission=jobs:write&expires=date&date=2027-02-23&networks=192.0.2.7%0A192.0.2.8",
        "Can call 1 of 2 endpoints, from 2 networks, until 23 Feb 2027.")]
    [InlineData("", "Choose a type to see what the key can call.")]
    public async Task Summary_SaysWhatTheKeyCouldDo(string query, string text)
    {
        await using var host = await JobsApi.StartAsync();

        var page = await host.GetAsync("/keys/new/summary?" + query);

        page.Html.Should().Contain("id=\"summary\"");
        page.Text.Should().Contain(text);
    }

    [Fact]
    public async Task Preview_WithoutScript_ShowsTheSummary_AndMakesNoKey()
    {
        await using var host = await JobsApi.StartAsync();

        var page = await host.PostAsync(
            "/keys/new", new() { ["preview"] = "1", ["name"] = "Preview", ["type"] = "ci", ["expires"] = "30" });

        page.Status.Should().Be(HttpStatusCode.OK);
        page.Text.Should().Contain("Can call 1 of 2 endpoints, from anywhere, until 24 Dec 2026.");
        page.Html.Should().Contain("value=\"Preview\"");
        (await host.GetAsync("/keys")).Text.Should().Contain("No API keys yet");
    }

    [Fact]
    public async Task FirstRequest_TurnsGreen_WhenTheKeyIsUsed()
    {
        await using var host = await JobsApi.StartAsync();
        var issued = await host.CreateAsync();

        var before = await host.GetAsync($"/keys/{issued.Key.Id}/first-request");
        await host.CallAsync(issued.Secret);
        var after = await host.GetAsync($"/keys/{issued.Key.Id}/first-request");

        before.Html.Should().Contain($"data-poll=\"/dashboard/keys/{issued.Key.Id}/first-request\"");
        after.Text.Should().Contain("The first request has arrived.");
        after.Html.Should().NotContain("data-poll").And.Contain("id=\"first-request\"");
    }

    /// <summary>Gets the value of the radio that is checked.</summary>
    private static string Checked(Page page, string name)
        => System.Text.RegularExpressions.Regex.Match(
            page.Html, $"<input type=\"radio\" name=\"{name}\"[^>]* value=\"([^\"]+)\"[^>]* checked").Groups[1].Value;
}
