using System.Globalization;
using System.Net;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Edit, disable, rotate, and revoke a key, and its history.</summary>
public sealed class ChangeKeyTests
{
    [Fact]
    public async Task Edit_ChangesWhatWasEntered_AndKeepsTheRest()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync(with: request => request with
        {
            ExpiresIn = TimeSpan.FromDays(10),
            Metadata = System.Text.Json.JsonElement.Parse("""{"a":1,"b":{"c":2,"d":3}}"""),
        })).Key;
        var form = await host.GetAsync($"/keys/{key.Id}/edit");

        var answer = await host.PostAsync($"/keys/{key.Id}/edit", new()
        {
            ["name"] = "renamed",
            ["version"] = form.Value("version"),
            ["grant"] = "keep",
            ["expires"] = "keep",
            ["networks"] = "192.0.2.7",
            ["metadata"] = """{"b":{"d":4}}""",
        });

        answer.Status.Should().Be(HttpStatusCode.SeeOther);
        answer.Location.Should().Be($"/dashboard/keys/{key.Id}?done=saved");
        var saved = await host.FindAsync(key.Id);
        saved.Should().BeEquivalentTo(new { Name = "renamed", key.Tier, key.ExpiresAt, AllowedNetworks = new[] { "192.0.2.7" } });
        saved.Metadata!.Value.GetRawText().Should().Be("""{"b":{"d":4}}""");
    }

    [Fact]
    public async Task Edit_AfterSomebodyElse_ShowsBothStates_AndThenReplaces()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;
        var form = new Dictionary<string, string>
        {
            ["name"] = "first",
            ["version"] = "1",
            ["grant"] = "keep",
            ["expires"] = "keep",
        };
        await host.PostAsync($"/keys/{key.Id}/edit", form);

        form["name"] = "second";
        var outdated = await host.PostAsync($"/keys/{key.Id}/edit", form);
        form["version"] = outdated.Value("version");
        var again = await host.PostAsync($"/keys/{key.Id}/edit", form);

        outdated.Status.Should().Be(HttpStatusCode.PreconditionFailed);
        outdated.Html.Should().Contain("value=\"second\"").And.Contain("<dd>first</dd>").And.Contain("<title>Error:");
        again.Status.Should().Be(HttpStatusCode.SeeOther);
        (await host.FindAsync(key.Id)).Name.Should().Be("second");
    }

    [Fact]
    public async Task Edit_WithErrors_ComesBackWithItsInput()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;

        var page = await host.PostAsync($"/keys/{key.Id}/edit", new()
        {
            ["name"] = "kept",
            ["version"] = "1",
            ["networks"] = "nowhere",
            ["expires"] = "keep",
        });

        page.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        page.Html.Should().Contain("value=\"kept\"").And.Contain("id=\"networks-error\"");
        (await host.FindAsync(key.Id)).Name.Should().Be("checkout-prod");
    }

    [Fact]
    public async Task Edit_WithPermissionsInTheAddress_IsFilledInWithThem()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;

        var page = await host.GetAsync($"/keys/{key.Id}/edit?permissions=jobs:read,unknown");

        page.Html.Should().MatchRegex("value=\"single\"[^>]* checked").And.MatchRegex("value=\"jobs:read\"[^>]* checked").And
            .NotMatchRegex("value=\"jobs:write\"[^>]* checked");
    }

    [Fact]
    public async Task Disable_AndEnable_TakeEffectAtOnce()
    {
        await using var host = await JobsApi.StartAsync();
        var issued = await host.CreateAsync();

        var disabled = await host.PostAsync($"/keys/{issued.Key.Id}/disable");
        var refused = await host.CallAsync(issued.Secret);
        var page = await host.GetAsync("/keys/" + issued.Key.Id);
        var enabled = await host.PostAsync($"/keys/{issued.Key.Id}/enable");
        var admitted = await host.CallAsync(issued.Secret);

        disabled.Location.Should().EndWith("?done=disabled");
        refused.Should().Be(HttpStatusCode.Unauthorized);
        page.Text.Should().Contain("Disabled").And.Contain("Enable").And.NotContain("Rotate");
        enabled.Location.Should().EndWith("?done=enabled");
        admitted.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("0", "", 0)]
    [InlineData("24", "", 24)]
    [InlineData("custom", "3", 3)]
    public async Task Rotate_ShowsANewSecret_AndTheOldOneStopsInTime(string overlap, string hours, int length)
    {
        await using var host = await JobsApi.StartAsync();
        var old = await host.CreateAsync();
        var fields = new Dictionary<string, string> { ["overlap"] = overlap, ["hours"] = hours, ["version"] = "1" };

        var page = await host.PostAsync($"/keys/{old.Key.Id}/rotate", fields);
        var again = await host.PostAsync($"/keys/{old.Key.Id}/rotate", fields);

        page.Text.Should().Contain("This secret won't be shown again.");
        (await host.CallAsync(page.Secret)).Should().Be(HttpStatusCode.OK);
        (await host.FindAsync(old.Key.Id)).ExpiresAt.Should().Be(old.Key.CreatedAt.AddHours(length));
        again.Status.Should().Be(HttpStatusCode.Conflict);
        again.Text.Should().Contain("already rotated");
        again.Html.Should().NotContain(page.Secret);
    }

    [Fact]
    public async Task Rotate_SaysWhenTheOldSecretStops_AndRefusesOtherHours()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;

        var form = await host.GetAsync($"/keys/{key.Id}/rotate");
        var wrong = await host.PostAsync($"/keys/{key.Id}/rotate", new() { ["overlap"] = "custom", ["hours"] = "soon" });

        form.Text.Should().Contain("The old secret stops at 25 Nov 12:00 UTC.");
        wrong.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        wrong.Html.Should().Contain("value=\"soon\"").And.Contain("id=\"hours-error\"").And.Contain("href=\"#hours\"");
        (await host.FindAsync(key.Id)).ReplacedBy.Should().BeNull();
    }

    [Fact]
    public async Task Rotated_SaysWhetherTheOldSecretCanBeRevoked()
    {
        await using var host = await JobsApi.StartAsync();
        var old = await host.CreateAsync();
        await host.PostAsync($"/keys/{old.Key.Id}/rotate", new() { ["overlap"] = "24", ["version"] = "1" });
        await host.CallAsync(old.Secret);
        await host.CallAsync(old.Secret);

        var used = await host.GetAsync("/keys/" + old.Key.Id);
        host.Time.Advance(TimeSpan.FromMinutes(190));
        var unused = await host.GetAsync("/keys/" + old.Key.Id);

        used.Text.Should().Contain("Old secret: 2 requests in the last hour").And.Contain("Not yet safe to revoke.");
        unused.Text.Should().Contain("Safe to revoke now.").And.NotContain("Not yet safe");
    }

    [Fact]
    public async Task Revoke_OfAKeyInUse_NeedsItsName()
    {
        await using var host = await JobsApi.StartAsync();
        var issued = await host.CreateAsync();
        await host.CallAsync(issued.Secret);

        var form = await host.GetAsync($"/keys/{issued.Key.Id}/revoke");
        var refused = await host.PostAsync(
            $"/keys/{issued.Key.Id}/revoke", new() { ["reason"] = "<b>leaked</b>", ["confirm"] = "checkout", ["version"] = "1" });
        var admitted = await host.CallAsync(issued.Secret);
        var revoked = await host.PostAsync(
            $"/keys/{issued.Key.Id}/revoke", new() { ["reason"] = "<b>leaked</b>", ["confirm"] = "checkout-prod" });
        var page = await host.GetAsync("/keys/" + issued.Key.Id);

        form.Text.Should().Contain("Revoke checkout-prod? Requests with it fail at once, for good.").And
            .Contain("1 request in the last hour");
        form.Html.Should().MatchRegex("<a [^>]*autofocus[^>]*>Cancel</a>");
        refused.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        refused.Html.Should().Contain("value=\"&lt;b&gt;leaked&lt;/b&gt;\"").And.Contain("id=\"confirm-error\"");
        admitted.Should().Be(HttpStatusCode.OK);
        revoked.Location.Should().EndWith("?done=revoked");
        (await host.CallAsync(issued.Secret)).Should().Be(HttpStatusCode.Unauthorized);
        page.Text.Should().Contain("Revoked").And.Contain("<b>leaked</b>");
        page.Html.Should().NotContain("<b>leaked").And.NotContain($"/keys/{issued.Key.Id}/edit");
    }

    [Fact]
    public async Task Revoke_WithTheKeysThatItCreated_RevokesThemToo()
    {
        await using var host = await JobsApi.StartAsync();
        var root = await host.CreateAsync("root", request => request with { Type = "production" });
        var actor = People.Administrator with { Id = root.Key.Id, Key = root.Key };
        for (var i = 0; i < 3; i++)
        {
            await host.CreateAsync(actor, new() { Name = "child-" + i.ToString(CultureInfo.InvariantCulture), Type = "ci" });
        }

        var form = await host.GetAsync($"/keys/{root.Key.Id}/revoke");
        await host.PostAsync($"/keys/{root.Key.Id}/revoke", new() { ["cascade"] = "1" });

        form.Text.Should().Contain("Also revoke 3 keys that it created").And.NotContain("to confirm");
        (await host.FindByNameAsync("child-2")).RevokedAt.Should().NotBeNull();
    }

    [Fact]
    public async Task History_HasWhatChanged()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;
        await host.PostAsync($"/keys/{key.Id}/edit", new()
        {
            ["name"] = "<i>renamed</i>",
            ["grant"] = "tier:write",
            ["expires"] = "keep",
        });

        var page = await host.GetAsync($"/keys/{key.Id}/history");

        page.Text.Should().Contain("Created a key").And.Contain("Changed a key").And.Contain("user:owner").And
            .Contain("Name: checkout-prod → <i>renamed</i>").And.Contain("Tier: read → write");
        page.Html.Should().NotContain("<i>renamed");
    }

    [Fact]
    public async Task Key_HasItsFactsActionsAndTabs()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync(with: request => request with { AllowedNetworks = ["192.0.2.0/24"] })).Key;

        var page = await host.GetAsync("/keys/" + key.Id);

        page.Text.Should().Contain("192.0.2.0/24").And.Contain("jobs:read").And.Contain("1,000 requests in 60 s").And
            .Contain("user:owner");
        foreach (var name in new[] { "Edit", "Rotate", "Revoke", "Disable", "Summary", "Usage", "Access", "History" })
        {
            page.Text.Should().Contain(name);
        }

        page.Html.Should().Contain($"href=\"/dashboard/keys/{key.Id}\" aria-current=\"page\">Summary</a>");
    }
}
