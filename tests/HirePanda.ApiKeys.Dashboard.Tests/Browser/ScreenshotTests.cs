namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>
/// Takes the screenshots of the documentation, from the same data and the same clock every time. docs/screenshots.sh keeps them.
/// </summary>
public sealed class ScreenshotTests(Chromium chromium)
{
    [Theory]
    [InlineData("overview-light", "/dashboard/", false, 1280)]
    [InlineData("overview-dark", "/dashboard/", true, 1280)]
    [InlineData("overview-phone", "/dashboard/", false, 360)]
    [InlineData("keys-light", "/dashboard/keys", false, 1280)]
    [InlineData("keys-phone", "/dashboard/keys", true, 360)]
    [InlineData("new-key-light", "/dashboard/keys/new", false, 1280)]
    [InlineData("access-light", "/dashboard/keys/{id}/access", false, 1280)]
    [InlineData("security-light", "/dashboard/security", false, 1280)]
    [InlineData("usage-light", "/dashboard/usage", false, 1280)]
    [InlineData("usage-dark", "/dashboard/usage", true, 1280)]
    [InlineData("alerts-light", "/dashboard/alerts", false, 1280)]
    public async Task Screenshot_OfTheDocumentation_IsTaken(string name, string path, bool dark, int width)
    {
        using var folder = new TemporaryFolder();
        await using var host = await SeededHost.StartAsync();
        await using var session = await chromium.OpenAsync(host.Address, dark: dark, width: width, person: People.Owner);
        (await session.Page.GotoAsync(path.Replace("{id}", host.KeyId, StringComparison.Ordinal)))!.Status.Should().Be(200);

        var image = await session.Page.ScreenshotAsync(new()
        {
            Path = Path.Combine(Environment.GetEnvironmentVariable("HIREPANDA_SCREENSHOTS") ?? folder.Path, name + ".png"),
            FullPage = true,
        });

        image.Length.Should().BeGreaterThan(5_000);
        session.ShouldBeClean();
    }
}
