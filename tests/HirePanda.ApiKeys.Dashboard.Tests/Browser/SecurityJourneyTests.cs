using System.Net;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Settings → Security → IP Whitelist, as the product's documentation says it.</summary>
public sealed class SecurityJourneyTests(Chromium chromium, RunningSample sample) : IClassFixture<RunningSample>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whitelist_AdmitsWhatIsOnIt(bool script)
    {
        await using var session = await sample.OpenDashboardAsync(chromium, script);
        await session.Link("Settings").ClickAsync();
        await session.LinkInMain("Security").ClickAsync();
        await session.Heading("IP Whitelist").WaitForAsync();
        (await session.Page.ContentAsync()).Should().Contain("Your address is");

        await session.Field("Add an address or network").FillAsync(script ? "127.0.0.1" : "127.0.0.0/8");
        await session.Button("Add").ClickAsync();
        await SaveAsync(session, "On");

        (await sample.CallAsync(sample.App.Secret)).Should().Be(HttpStatusCode.OK);
        await SaveAsync(session, "Off");
        (await session.Get(AriaRole.Radio, "Off").IsCheckedAsync()).Should().BeTrue();
        session.ShouldBeClean();
    }

    private static async Task SaveAsync(BrowserSession session, string mode)
    {
        await session.Get(AriaRole.Radio, mode).CheckAsync();
        await session.Button("Save").ClickAsync();
        await session.Page.GetByRole(AriaRole.Status).WaitForAsync();
    }
}
