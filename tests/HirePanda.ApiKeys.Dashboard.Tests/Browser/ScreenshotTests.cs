namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>
/// Takes the screenshots of the documentation, from the same data and the same clock every time. docs/screenshots.sh keeps them.
/// </summary>
public sealed class ScreenshotTests(Chromium chromium)
{
    [Theory]
    [InlineData("overview-light", "/dashboard/", false, 1280)]
    [InlineData("overview-dark", "/dashboard/", true, 1280)]
    [InlineData("keys-light", "/dashboard/keys", false, 1280)]
    [InlineData("keys-phone", "/dashboard/keys", false, 360)]
    [InlineData("new-key-light", "/dashboard/keys/new", false, 1280)]
    [InlineData("security-light", "/dashboard/security", false, 1280)]
    [InlineData("usage-light", "/dashboard/usage", false, 1280)]
    [InlineData("usage-dark", "/dashboard/usage", true, 1280)]
    [InlineData("usage-phone", "/dashboard/usage", true, 360)]
    [InlineData("key-light", "/dashboard/keys/{id}", false, 1280)]
    [InlineData("access-light", "/dashboard/keys/{id}/access", false, 1280)]
    [InlineData("history-light", "/dashboard/keys/{id}/history", false, 1280)]
    [InlineData("keyusage-light", "/dashboard/keys/{id}/usage", false, 1280)]
    [InlineData("rotate-light", "/dashboard/keys/{id}/rotate", false, 1280)]
    [InlineData("revoke-light", "/dashboard/keys/{id}/revoke", false, 1280)]
    [InlineData("edit-light", "/dashboard/keys/{id}/edit", false, 1280)]
    [InlineData("settings-light", "/dashboard/settings", false, 1280)]
    [InlineData("revokeall-light", "/dashboard/security/revoke-all", false, 1280)]
    [InlineData("overview-phone", "/dashboard/", false, 360)]
    [InlineData("new-phone", "/dashboard/keys/new", true, 360)]
    [InlineData("security-phone", "/dashboard/security", false, 360)]
    [InlineData("key-phone", "/dashboard/keys/{id}", false, 360)]
    [InlineData("audit-phone", "/dashboard/audit", true, 360)]
    [InlineData("key-dark", "/dashboard/keys/{id}/access", true, 1280)]
    [InlineData("overview-768", "/dashboard/", false, 800)]
    [InlineData("alerts-light", "/dashboard/alerts", false, 1280)]
    [InlineData("audit-light", "/dashboard/audit", false, 1280)]
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
