using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Dashboard.Tests.Security;

/// <summary>The IP whitelist.</summary>
public sealed class WhitelistTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Show_NewWorkspace_HasModesAddressAndFields()
    {
        await using var host = await DashboardHost.StartAsync();

        var (status, html) = await host.GetAsync("/security");

        status.Should().Be(HttpStatusCode.OK);
        html.Should().Contain("IP Whitelist</h2>").And.Contain("Your address is <code>192.0.2.7</code>")
            .And.Contain("<label for=\"mode-off\">Off</label>").And.Contain("<label for=\"mode-report\">Report only</label>")
            .And.Contain("<label for=\"mode-on\">On</label>").And.Contain(">Add an address or network</label>")
            .And.Contain(">Test an address</label>").And.Contain("id=\"mode-off\" value=\"off\" checked")
            .And.NotContain("a proxy that the host does not know");
    }

    [Fact]
    public async Task Add_AddressWithAnotherModeSelected_StoresTheAddressAndKeepsTheSelection()
    {
        await using var host = await DashboardHost.StartAsync();

        var (status, _, location) = await host.SubmitAsync(
            "/security", "/security/add", ("address", " 203.0.113.0/24 "), ("mode", "on"));

        (status, location).Should().Be((HttpStatusCode.SeeOther, "/dashboard/security?mode=on&done=address-added"));
        (await StoredAsync(host)).Should().BeEquivalentTo(
            new { IsAllowlistEnabled = false, AllowedNetworks = new[] { "203.0.113.0/24" } });
        (await host.GetAsync(location![10..])).Html.Should().Contain("Added to the whitelist.")
            .And.Contain("value=\"on\" checked").And.Contain("Not saved yet. The whitelist is Off.");
    }

    [Fact]
    public async Task Save_OnWithAnAddressInTheField_StoresBoth()
    {
        await using var host = await DashboardHost.StartAsync();

        var (status, _, location) = await host.SubmitAsync(
            "/security", "/security", ("mode", "on"), ("address", DashboardHost.PersonAddress));

        (status, location).Should().Be((HttpStatusCode.SeeOther, "/dashboard/security?done=saved"));
        (await StoredAsync(host)).Should().BeEquivalentTo(
            new
            {
                IsAllowlistEnabled = true,
                IsAllowlistReportOnly = false,
                AllowedNetworks = new[] { DashboardHost.PersonAddress },
            });
    }

    [Theory]
    [InlineData("own", "192.0.2.7")]
    [InlineData("force", "")]
    public async Task Save_OnWithoutOwnAddress_IsRefusedUntilTheUserDecides(string decision, string expected)
    {
        await using var host = await DashboardHost.StartAsync();

        var (status, html, _) = await host.SubmitAsync("/security", "/security", ("mode", "on"));

        status.Should().Be(HttpStatusCode.Conflict);
        html.Should().Contain("<title>Error: Security").And.Contain("This whitelist would lock you out")
            .And.Contain(">Add my address</button>").And.Contain(">Lock me out anyway</button>")
            .And.Contain("Nobody can use any key.").And.Contain("value=\"on\" checked");
        (await StoredAsync(host)).Should().BeNull();

        (await host.SubmitAsync("/security", "/security", ("mode", "on"), (decision, "yes"))).Status
            .Should().Be(HttpStatusCode.SeeOther);
        var stored = await StoredAsync(host);
        stored!.IsAllowlistEnabled.Should().BeTrue();
        string.Join(',', stored.AllowedNetworks).Should().Be(expected);
        (await host.GetAsync("/security")).Html.Contains("Nobody can use any key.", StringComparison.Ordinal)
            .Should().Be(expected.Length == 0);
    }

    [Fact]
    public async Task Remove_EntryOfAReportOnlyList_RemovesIt()
    {
        await using var host = await DashboardHost.StartAsync();
        await SetAsync(host, true, true, "192.0.2.7", "203.0.113.0/24");

        var (status, _, location) = await host.SubmitAsync("/security", "/security/remove", ("remove", "203.0.113.0/24"));

        (status, location).Should().Be((HttpStatusCode.SeeOther, "/dashboard/security?done=address-removed"));
        (await StoredAsync(host))!.AllowedNetworks.Should().Equal("192.0.2.7");
    }

    [Fact]
    public async Task Add_WrongText_IsUnprocessableWithItsInputEncoded()
    {
        await using var host = await DashboardHost.StartAsync();

        var (status, html, _) = await host.SubmitAsync("/security", "/security/add", ("address", "<script>1</script>"));

        status.Should().Be(HttpStatusCode.UnprocessableEntity);
        html.Should().Contain("<title>Error: Security").And.Contain("value=\"&lt;script&gt;1&lt;/script&gt;\"")
            .And.Contain("href=\"#address\"").And.Contain("id=\"address-error\"").And.NotContain("<script>1");
    }

    [Fact]
    public async Task Save_OutdatedVersion_ShowsBothStates()
    {
        await using var host = await DashboardHost.StartAsync();
        await SetAsync(host, true, true, "198.51.100.0/24");

        var (status, html, _) = await host.SubmitAsync("/security", "/security", ("mode", "on"), ("version", "0"));

        status.Should().Be(HttpStatusCode.PreconditionFailed);
        html.Should().Contain("Report only: 198.51.100.0/24").And.Contain("mode On")
            .And.Contain("name=\"version\" value=\"1\"").And.Contain("value=\"on\" checked");
        (await StoredAsync(host))!.IsAllowlistReportOnly.Should().BeTrue();
    }

    [Fact]
    public async Task Show_ReportOnly_OffersTheAddressesThatAreStillNotOnTheList()
    {
        await using var host = await DashboardHost.StartAsync();
        await SetAsync(host, true, true, "203.0.113.0/24");
        await host.Store.SaveAsync(
            new ApiKeyChangeSet
            {
                Audit =
                [
                    Report("1", "198.51.100.1", 1), Report("2", "198.51.100.1", 2), Report("3", "::ffff:198.51.100.2", 1),
                    Report("4", "203.0.113.9", 1), Report("5", "198.51.100.3", 8), Report("6", null, 1),
                ],
            },
            Token);

        var (_, html) = await host.GetAsync("/security");

        html.Should().Contain("These 2 addresses would have been refused in the last 7 days")
            .And.Contain("aria-label=\"Add 198.51.100.1\"").And.Contain("aria-label=\"Add 198.51.100.2\"");

        (await host.SubmitAsync("/security", "/security/add", ("network", "198.51.100.1"))).Status
            .Should().Be(HttpStatusCode.SeeOther);
        (await host.GetAsync("/security")).Html.Should().Contain("This address would have been refused in the last 7 days");

        static ApiKeyAuditEntry Report(string id, string? address, int daysAgo) => new()
        {
            Id = id,
            Workspace = People.Workspace,
            At = DashboardHost.Start.AddDays(-daysAgo),
            Actor = "key",
            Action = "allowlist.report",
            Address = address,
        };
    }

    [Theory]
    [InlineData("192.0.2.8", "192.0.2.8 is refused.", HttpStatusCode.OK)]
    [InlineData("192.0.2.7", "192.0.2.7 is allowed.", HttpStatusCode.OK)]
    [InlineData("192.0.2.0/24", "id=\"test-error\"", HttpStatusCode.UnprocessableEntity)]
    public async Task Test_Address_SaysWhichListRefuses(string address, string expected, HttpStatusCode expectedStatus)
    {
        await using var host = await DashboardHost.StartAsync();
        await SetAsync(host, true, false, "192.0.2.7");

        var (status, html) = await host.GetAsync("/security?test=" + Uri.EscapeDataString(address));

        status.Should().Be(expectedStatus);
        html.Should().Contain(expected).And.Contain($"value=\"{address}\"");
    }

    [Fact]
    public async Task Test_KeyOfAnotherWorkspace_IsNotFound()
    {
        await using var host = await DashboardHost.StartAsync();
        var other = await host.CreateKeyAsync("theirs", "other");

        (await host.GetAsync("/security?test=192.0.2.7&key=" + other.Key.Id)).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Show_ForwardedByAnUnknownProxy_Warns()
    {
        await using var host = await DashboardHost.StartAsync();
        using var visitor = host.Visit();

        using var response = await visitor.GetAsync("/dashboard/security", ("X-Forwarded-For", "198.51.100.1"));

        (await response.TextAsync()).Should().Contain("a proxy that the host does not know");
    }

    [Theory]
    [InlineData(People.Reader)]
    [InlineData(People.Ada)]
    public async Task Show_UserWhoMayNotChangeIt_HasNoForm(string person)
    {
        await using var host = await DashboardHost.StartAsync();
        await SetAsync(host, true, false, "192.0.2.7");

        var (status, html) = await host.GetAsync("/security", person);
        var (posted, _, _) = await host.SubmitAsync(
            person, "/security", "/security/remove", [("remove", "192.0.2.7"), ("version", "1")]);

        status.Should().Be(HttpStatusCode.OK);
        html.Should().Contain("192.0.2.7").And.NotContain("id=\"allowlist\"").And.NotContain(">Remove<");
        posted.Should().Be(HttpStatusCode.Forbidden);
        (await StoredAsync(host))!.AllowedNetworks.Should().Equal("192.0.2.7");
    }

    private static async Task<ApiKeyWorkspace?> StoredAsync(DashboardHost host)
        => await host.Store.GetWorkspaceAsync(People.Workspace, Token);

    private static async Task SetAsync(DashboardHost host, bool isEnabled, bool isReportOnly, params string[] networks)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var result = await scope.ServiceProvider.GetRequiredService<ApiKeyWorkspaceManager>().SetAllowlistAsync(
            People.Administrator,
            new SetAllowlistRequest
            {
                IsEnabled = isEnabled,
                IsReportOnly = isReportOnly,
                Networks = networks,
                Force = true,
            },
            null,
            Token);
        result.Succeeded.Should().BeTrue();
    }
}
