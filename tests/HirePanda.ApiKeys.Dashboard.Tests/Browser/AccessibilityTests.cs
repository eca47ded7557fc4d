using Microsoft.Playwright;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Every page, in both themes and on a phone too: nothing for axe to find, and nothing to scroll sideways.</summary>
public sealed class AccessibilityTests(Chromium chromium)
{
    /// <summary>
    /// Gets whether the theme is dark, and the width. A long run has all combinations, and any other run each value once.
    /// </summary>
    public static TheoryData<bool, int> Looks
        => Environment.GetEnvironmentVariable("HIREPANDA_LONG") == "1"
            ? new() { { false, 360 }, { false, 1280 }, { true, 360 }, { true, 1280 } }
            : new() { { false, 1280 }, { true, 360 } };

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Pages_AllOfThem_HaveNoFindings(bool dark, int width)
    {
        await using var host = await SeededHost.StartAsync(more: 60);
        await using var session = await chromium.OpenAsync(host.Address, dark: dark, width: width, person: People.Owner);
        var findings = new List<string>();
        foreach (var path in host.Pages)
        {
            var response = await session.Page.GotoAsync(path);
            if (response!.Status != 200)
            {
                findings.Add($"{path} is {response.Status}");
            }

            await CheckAsync(session, path, findings);
        }

        findings.Should().BeEmpty();
        session.ShouldBeClean();
    }

    [Theory]
    [InlineData(false, 360)]
    [InlineData(true, 1280)]
    public async Task ErrorPages_HaveNoFindings(bool dark, int width)
    {
        await using var host = await SeededHost.StartAsync(more: 60);
        var findings = new List<string>();
        foreach (var (person, path, status) in new[]
        {
            (People.Owner, "/dashboard/nothing", 404), (People.Stranger, "/dashboard/", 403),
        })
        {
            await using var session = await chromium.OpenAsync(host.Address, dark: dark, width: width, person: person);
            await session.GotoErrorAsync(host.Address + path, status);
            await CheckAsync(session, path, findings);
            session.ShouldBeClean();
        }

        findings.Should().BeEmpty();
    }

    [Fact]
    public async Task Pages_AtTwiceTheSize_DoNotScrollSideways()
    {
        await using var host = await SeededHost.StartAsync(more: 60);
        await using var session = await chromium.OpenAsync(host.Address, width: 640, person: People.Owner);
        var findings = new List<string>();
        foreach (var path in host.Pages)
        {
            await session.Page.GotoAsync(path);
            if (await Axe.OverflowAsync(session.Page) is > 0 and var pixels)
            {
                findings.Add($"{path} is {pixels} pixels too wide");
            }
        }

        findings.Should().BeEmpty();
    }

    [Fact]
    public async Task Pages_WithForcedColorsAndReducedMotion_HaveNoFindings()
    {
        await using var host = await SeededHost.StartAsync();
        await using var session = await chromium.OpenAsync(host.Address, person: People.Owner);
        await session.Page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active, ReducedMotion = ReducedMotion.Reduce });
        var findings = new List<string>();
        foreach (var path in host.Pages)
        {
            await session.Page.GotoAsync(path);
            await CheckAsync(session, path, findings);
        }

        findings.Should().BeEmpty();
        (await session.Page.EvaluateAsync<string>("getComputedStyle(document.querySelector('.sidebar a')).transitionDuration"))
            .Should().Be("0s");
        session.ShouldBeClean();
    }

    [Fact]
    public async Task ReadOnlyPages_HaveNoFindings()
    {
        await using var host = await SeededHost.StartAsync(more: 60);
        await using var session = await chromium.OpenAsync(host.Address, person: People.Reader);
        var findings = new List<string>();
        foreach (var path in new[] { "/dashboard/", "/dashboard/settings" })
        {
            await session.Page.GotoAsync(path);
            await CheckAsync(session, path, findings);
        }

        findings.Should().BeEmpty();
        session.ShouldBeClean();
    }

    [Fact]
    public async Task Collector_SeesAPlantedStyle()
    {
        await using var host = await DashboardHost.StartAsync(forBrowser: true);
        await using var session = await chromium.OpenAsync(host.Address, person: People.Owner);
        await session.Page.GotoAsync("/dashboard/");
        session.ShouldBeClean();

        await session.Page.EvaluateAsync(
            "document.head.append(Object.assign(document.createElement('style'), { textContent: 'p {}' }))");
        for (var turn = 0; turn < 100 && !session.Faults.Any(fault => fault.StartsWith("policy:")); turn++)
        {
            await session.Page.EvaluateAsync("new Promise(requestAnimationFrame)");
        }

        session.Faults.Should().Contain(fault => fault.StartsWith("policy:") && fault.Contains("style-src"));
    }

    private static async Task CheckAsync(BrowserSession session, string path, List<string> findings)
    {
        findings.AddRange((await Axe.CheckAsync(session.Page)).Select(finding => $"{path}: {finding}"));
        if (await Axe.OverflowAsync(session.Page) is > 0 and var pixels)
        {
            findings.Add($"{path} is {pixels} pixels too wide");
        }
    }
}
