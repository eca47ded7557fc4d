namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Signing in and out of the sample's dashboard.</summary>
public sealed class FrameJourneyTests(Chromium chromium, RunningSample sample) : IClassFixture<RunningSample>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SignIn_OpensTheDashboard_AndSignOutLeavesIt(bool script)
    {
        await using var session = await sample.OpenDashboardAsync(chromium, script);
        session.Page.Url.Should().EndWith("/dashboard");
        await session.Link("Settings").ClickAsync();
        await session.Heading("Settings").WaitForAsync();
        (await session.LinkInMain("API Keys").CountAsync()).Should().Be(1);
        (await session.LinkInMain("Security").CountAsync()).Should().Be(1);

        await session.Button("Sign out").ClickAsync();
        await session.Page.WaitForURLAsync(sample.App.Address + "/");
        await session.Page.GotoAsync("/dashboard/settings");

        session.Page.Url.Should().Contain("/login?returnUrl=%2Fdashboard%2Fsettings");
        session.ShouldBeClean();
    }

    [Fact]
    public async Task Start_LinksTheDashboard_AndTheLoginReturnsToThePage()
    {
        await using var session = await chromium.OpenAsync(sample.App.Address);
        await session.Page.GotoAsync("/");
        await session.Link("Dashboard").ClickAsync();

        await session.Field("Email").WaitForAsync();
        session.Page.Url.Should().Contain("/login?returnUrl=%2Fdashboard");
        session.ShouldBeClean();
    }

    [Fact]
    public async Task SignIn_ToAForeignAddress_StaysHere()
    {
        await using var session = await sample.OpenDashboardAsync(chromium);
        await session.Button("Sign out").ClickAsync();
        await session.Page.GotoAsync("/login?returnUrl=https://evil.example/");

        (await session.Page.Locator("input[name=returnUrl]").InputValueAsync()).Should().Be("/dashboard");
        session.ShouldBeClean();
    }
}
