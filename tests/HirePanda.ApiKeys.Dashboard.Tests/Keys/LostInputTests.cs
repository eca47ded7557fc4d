using System.Net;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Forms neither drop what somebody entered nor change what nobody chose.</summary>
public sealed class LostInputTests
{
    [Fact]
    public async Task Edit_PermissionThatTheUserLacks_IsRefusedInsteadOfRemoved()
    {
        await using var host = await JobsApi.StartAsync();
        var issued = await host.CreateAsync(
            People.Administrator,
            new() { Name = "old", Type = ApiKeyTypes.Ci, Permissions = ["jobs:read", "jobs:write"] });
        var path = $"/keys/{issued.Key.Id}/edit";
        var form = await host.GetAsync(path, People.KeyManager);

        var saved = await host.SubmitAsync(
            People.KeyManager, path, path, [("name", "new"), ("grant", form.Checked("grant")), ("expires", "keep")]);
        var chosen = await host.SubmitAsync(
            People.KeyManager, path, path, [("name", "newer"), ("grant", "single"), ("expires", "keep")]);

        (saved.Status, chosen.Status).Should().Be((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden));
        chosen.Text.Should().Contain("You cannot grant what you lack: jobs:write.");
        (await host.FindAsync(issued.Key.Id)).Should().BeEquivalentTo(new { Name = "old", issued.Key.Permissions });
    }

    [Fact]
    public async Task Generate_MetadataWithAMemberTwice_IsAnErrorOfTheField()
    {
        await using var host = await JobsApi.StartAsync();

        var page = await host.PostAsync("/keys/new", new()
        {
            ["name"] = "twice",
            ["type"] = ApiKeyTypes.Ci,
            ["metadata"] = """{"a":1,"a":2}""",
        });

        page.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        page.Html.Should().Contain("id=\"metadata-error\"");
    }

    [Fact]
    public async Task Generate_ErrorAfterAnEmptyLine_NamesTheLineOfTheField()
    {
        await using var host = await JobsApi.StartAsync();

        var page = await host.PostAsync("/keys/new", new()
        {
            ["name"] = "lines",
            ["type"] = ApiKeyTypes.Ci,
            ["networks"] = "192.0.2.1\r\n\r\nnowhere",
            ["limits"] = "10 / 60\n\nmany",
        });

        page.Text.Should().Contain("Line 3 must be an IP address").And.NotContain("Line 2 must")
            .And.Contain("Line 3: the requests");
    }

    [Theory]
    [InlineData("/security/add", "/security")]
    [InlineData("/security/find", "/security")]
    [InlineData("/alerts/webhooks", "/alerts")]
    [InlineData("/alerts/a1/acknowledge", "/alerts")]
    [InlineData("/keys/key_1/disable", "/keys/key_1")]
    public async Task Get_AddressOfAForm_LeadsToItsPage(string path, string page)
    {
        await using var host = await JobsApi.StartAsync();

        var answer = await host.GetAsync(path);

        (answer.Status, answer.Location).Should().Be((HttpStatusCode.SeeOther, "/dashboard" + page));
    }

    [Fact]
    public async Task RevokeAll_OwnerWithoutKeys_IsAnErrorOfTheField()
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;

        var page = await host.SubmitAsync(
            "/security/revoke-all", "/security/revoke-all", ("ownerId", "jonh"), ("confirm", People.Workspace));

        page.Status.Should().Be(HttpStatusCode.UnprocessableEntity);
        page.Html.Should().Contain("id=\"ownerId-error\"");
        (await host.FindAsync(key.Id)).RevokedAt.Should().BeNull();
    }

    [Theory]
    [InlineData("rotate")]
    [InlineData("revoke")]
    public async Task RotateOrRevoke_AfterSomebodyElse_ShowsTheKeyAsItIs(string action)
    {
        await using var host = await JobsApi.StartAsync();
        var key = (await host.CreateAsync()).Key;
        await host.SubmitAsync(
            $"/keys/{key.Id}/edit", $"/keys/{key.Id}/edit", ("name", "renamed"), ("grant", "keep"), ("expires", "keep"));

        var page = await host.PostAsync($"/keys/{key.Id}/{action}", new() { ["version"] = "1" });

        page.Status.Should().Be(HttpStatusCode.PreconditionFailed);
        page.Text.Should().Contain("As it is now Name renamed");
        page.Value("version").Should().Be("2");
    }
}
