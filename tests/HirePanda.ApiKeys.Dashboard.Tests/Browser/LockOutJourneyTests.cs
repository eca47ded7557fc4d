using System.Net;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A whitelist without the user's own address is not saved by mistake.</summary>
public sealed class LockOutJourneyTests(Chromium chromium)
{
    private static readonly (string, string) _elsewhere = (DashboardHost.AddressField, "203.0.113.9");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddMyAddress_SavesTheListWithIt(bool script)
    {
        await using var host = await DashboardHost.StartAsync(forBrowser: true);
        var (_, secret) = await host.CreateKeyAsync();
        await using var session = await chromium.OpenAsync(host.Address, script, person: People.Owner);
        await TurnOnAsync(host, session);
        (await host.CallAsync(secret, "GET /jobs", _elsewhere)).Should().Be(HttpStatusCode.OK, "nothing was changed");

        await session.Button("Add my address").ClickAsync();
        await session.Page.GetByRole(AriaRole.Status).WaitForAsync();

        (await session.Get(AriaRole.Radio, "On").IsCheckedAsync()).Should().BeTrue();
        (await session.Get(AriaRole.Button, "Remove 127.0.0.1").CountAsync()).Should().Be(1);
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.OK);
        (await host.CallAsync(secret, "GET /jobs", _elsewhere)).Should().Be(HttpStatusCode.Forbidden);
        session.ShouldBeClean();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LockMeOutAnyway_SavesTheListAsItIs(bool script)
    {
        await using var host = await DashboardHost.StartAsync(forBrowser: true);
        var (_, secret) = await host.CreateKeyAsync();
        await using var session = await chromium.OpenAsync(host.Address, script, person: People.Owner);
        await TurnOnAsync(host, session);
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.OK, "nothing was changed");

        await session.Button("Lock me out anyway").ClickAsync();
        await session.Page.GetByRole(AriaRole.Status).WaitForAsync();

        (await session.Page.ContentAsync()).Should().Contain("Nobody can use any key.");
        (await host.CallAsync(secret)).Should().Be(HttpStatusCode.Forbidden);
        (await host.CallAsync(secret, "GET /jobs", _elsewhere)).Should().Be(HttpStatusCode.Forbidden);
        session.ShouldBeClean();
    }

    private static async Task TurnOnAsync(DashboardHost host, BrowserSession session)
    {
        await session.Page.GotoAsync("/dashboard/security");
        session.Expect(host.Address + "/dashboard/security");
        await session.Get(AriaRole.Radio, "On").CheckAsync();
        await session.Button("Save").ClickAsync();
        await session.Heading("This whitelist would lock you out").WaitForAsync();
        (await session.Page.GetByRole(AriaRole.Alert).InnerTextAsync())
            .Should().Contain("Your own address 127.0.0.1 is not on it. Nothing was changed.");
        (await session.Page.TitleAsync()).Should().StartWith("Error:");
    }
}
