using System.Diagnostics;
using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>A person lets a third-party app in, and withdraws the access. App and sample are processes of their own.</summary>
public sealed class OAuthJourneyTests(Chromium chromium, RunningSample sample) : IClassFixture<RunningSample>
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Allow_ShowsTheJobs_UntilTheAccessIsWithdrawn(bool script)
    {
        await using var board = await JobBoard.StartAsync(sample.App);
        await using var session = await chromium.OpenAsync(board.Address, script, app: sample.App.Address);
        var page = session.Page;
        await SignInAsync(board, session);

        (await page.GetByRole(AriaRole.Listitem).AllInnerTextsAsync()).Should()
            .Contain(text => text.Contains("See jobs")).And.Contain(text => text.Contains("Keep this access"));
        await session.Button("Allow").ClickAsync();
        await session.Heading("Jobs").WaitForAsync();
        page.Url.Should().Be(board.Address + "/jobs");
        (await page.ContentAsync()).Should().Contain("Gardener").And.Contain("owner@hirepanda.test");
        await session.Button("Refresh token").ClickAsync();
        await session.Heading("Jobs").WaitForAsync();
        page.Url.Should().Be(board.Address + "/jobs");
        await page.GotoAsync(sample.App.Address);
        await session.Link("Authorized apps").ClickAsync();
        await session.Heading("Authorized apps").WaitForAsync();
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = board.Name });
        await row.GetByRole(AriaRole.Button, new() { Name = "Withdraw" }).ClickAsync();
        await row.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        var withdrawn = Stopwatch.StartNew();
        TimeSpan asked;
        do
        {
            asked = withdrawn.Elapsed;
            await page.GotoAsync(board.Address + "/jobs");
        }
        while (page.Url == board.Address + "/jobs" && asked < _limit);

        page.Url.Should().Be(board.Address + "/?ended");
        (await page.GetByRole(AriaRole.Alert).InnerTextAsync()).Should().Contain("has ended");
        session.ShouldBeClean();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deny_TellsTheApp(bool script)
    {
        await using var board = await JobBoard.StartAsync(sample.App);
        await using var session = await chromium.OpenAsync(board.Address, script, app: sample.App.Address);
        await SignInAsync(board, session);

        await session.Button("Deny").ClickAsync();
        await session.Page.GetByRole(AriaRole.Alert).WaitForAsync();

        session.Page.Url.Should().Be(board.Address + "/?failed");
        (await session.Page.GetByRole(AriaRole.Alert).InnerTextAsync()).Should().Contain("did not let this app in");
        session.ShouldBeClean();
    }

    [Theory]
    [MemberData(nameof(AccessibilityTests.Looks), MemberType = typeof(AccessibilityTests))]
    public async Task Pages_HaveNoFindings(bool dark, int width)
    {
        await using var board = await JobBoard.StartAsync(sample.App);
        await using var session = await chromium.OpenAsync(
            board.Address, dark: dark, width: width, app: sample.App.Address);
        var findings = new List<string>();
        await session.Page.GotoAsync("/");
        await session.Link("Sign in with HirePanda").ClickAsync();
        await CheckAsync(session, "Sign in", findings);
        await FillInLoginAsync(session);
        await CheckAsync(session, $"Allow {board.Name}?", findings);
        await session.Button("Allow").ClickAsync();
        await CheckAsync(session, "Job Board", findings);
        await session.Page.GotoAsync(sample.App.Address + "/authorized-apps");
        await CheckAsync(session, "Authorized apps", findings);
        var invalid = sample.App.Address + "/connect/authorize?client_id=unknown";
        await session.GotoErrorAsync(invalid, 400);
        await CheckAsync(session, "The app's request is not valid", findings);

        findings.Should().BeEmpty();
        session.ShouldBeClean();
    }

    private async Task SignInAsync(JobBoard board, BrowserSession session)
    {
        await session.Page.GotoAsync("/");
        await session.Link("Sign in with HirePanda").ClickAsync();
        await FillInLoginAsync(session);
        await session.Heading($"Allow {board.Name}?").WaitForAsync();
    }

    private async Task FillInLoginAsync(BrowserSession session)
    {
        var (email, password) = sample.GetLogin();
        await session.FillInLoginAsync(email, password);
    }

    private static async Task CheckAsync(BrowserSession session, string heading, List<string> findings)
    {
        await session.Heading(heading).WaitForAsync();
        await TakeScreenshotAsync(session.Page, heading);
        findings.AddRange((await Axe.CheckAsync(session.Page)).Select(finding => $"{heading}: {finding}"));
        if (await Axe.OverflowAsync(session.Page) is > 0 and var pixels)
        {
            findings.Add($"{heading} is {pixels} pixels too wide");
        }
    }

    /// <summary>Keeps a picture for people if there is a folder for it.</summary>
    private static async Task TakeScreenshotAsync(IPage page, string heading)
    {
        if (Environment.GetEnvironmentVariable("HIREPANDA_SCREENSHOTS") is { } folder)
        {
            var isDark = await page.EvaluateAsync<bool>("matchMedia('(prefers-color-scheme: dark)').matches");
            var title = string.Concat(heading.Where(char.IsAsciiLetter));
            var name = $"{title}-{page.ViewportSize!.Width}-{(isDark ? "dark" : "light")}";
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        }
    }
}
