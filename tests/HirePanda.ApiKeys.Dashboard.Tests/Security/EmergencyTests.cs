using System.Net;

namespace HirePanda.ApiKeys.Dashboard.Tests.Security;

/// <summary>Leaked keys, and the revocation of all keys.</summary>
public sealed class EmergencyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_SecretOfThisWorkspace_NamesTheKeyWithoutTheSecret()
    {
        await using var host = await DashboardHost.StartAsync();
        var key = await host.CreateKeyAsync("<b>leaked</b>");

        var (status, html, _) = await host.SubmitAsync("/security", "/security/find", ("secret", key.Secret));

        status.Should().Be(HttpStatusCode.OK);
        html.Should().Contain("&lt;b&gt;leaked&lt;/b&gt;").And.Contain($"href=\"/dashboard/keys/{key.Key.Id}\"")
            .And.Contain($"href=\"/dashboard/keys/{key.Key.Id}/revoke\"").And.NotContain(key.Secret).And.NotContain("<b>leaked");
    }

    [Fact]
    public async Task Find_SecretOfAnotherWorkspace_FindsNothingAndRepeatsNothing()
    {
        await using var host = await DashboardHost.StartAsync();
        var key = await host.CreateKeyAsync("theirs", "other");

        var (status, html, _) = await host.SubmitAsync("/security", "/security/find", ("secret", key.Secret));

        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        html.Should().Contain("No key of this workspace has this secret.").And.NotContain(key.Secret).And.NotContain("theirs");
    }

    [Fact]
    public async Task RevokeAll_NameOfTheWorkspaceTyped_RevokesItsKeysOnly()
    {
        await using var host = await DashboardHost.StartAsync();
        var (ours, theirs) = (await host.CreateKeyAsync(), await host.CreateKeyAsync("theirs", "other"));

        var (_, page) = await host.GetAsync("/security/revoke-all");
        var (status, _, location) = await host.SubmitAsync(
            "/security/revoke-all", "/security/revoke-all", ("confirm", "acme"), ("reason", "leak"));

        page.Should().Contain("There is 1 active key.").And.Contain("Revoke all keys of acme?");
        (status, location).Should().Be((HttpStatusCode.SeeOther, "/dashboard/security?done=revoked-all"));
        (await host.Store.GetKeyAsync("acme", ours.Key.Id, Token))!.RevokedReason.Should().Be("leak");
        (await host.Store.GetKeyAsync("other", theirs.Key.Id, Token))!.RevokedAt.Should().BeNull();
    }

    [Fact]
    public async Task RevokeAll_WrongNameTyped_RevokesNothingAndKeepsTheInput()
    {
        await using var host = await DashboardHost.StartAsync();
        var key = await host.CreateKeyAsync();

        var (status, html, _) = await host.SubmitAsync(
            "/security/revoke-all", "/security/revoke-all", ("confirm", "Acme"), ("reason", "leak"), ("ownerId", "ada"));

        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        html.Should().Contain("<title>Error: Revoke all keys").And.Contain("value=\"Acme\"").And.Contain("value=\"leak\"")
            .And.Contain("value=\"ada\"").And.Contain("href=\"#confirm\"");
        (await host.Store.GetKeyAsync("acme", key.Key.Id, Token))!.RevokedAt.Should().BeNull();
    }

    [Fact]
    public async Task Show_ReadOnlyUser_HasNoEmergencyForms()
    {
        await using var host = await DashboardHost.StartAsync();

        (await host.GetAsync("/security", People.Reader)).Html.Should().NotContain("find-leaked")
            .And.NotContain("Revoke all keys");
        (await host.GetAsync("/security/revoke-all", People.Reader)).Html.Should().NotContain("<form class=\"card danger\"");
    }
}
