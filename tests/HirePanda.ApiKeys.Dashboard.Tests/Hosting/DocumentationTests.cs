using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>The page about the dashboard matches it.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string _page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "dashboard.md"));

    [Fact]
    public void Options_InTheDocs_AreThoseOfTheDashboard()
        => FirstColumn().Matches(Section("Options")).Select(row => row.Groups["cell"].Value)
            .Should().BeEquivalentTo(typeof(DashboardOptions).GetProperties().Select(property => property.Name));

    [Fact]
    public async Task Pages_InTheDocs_AreMapped()
    {
        await using var host = await DashboardHost.StartAsync();
        var mapped = host.Endpoints.Select(endpoint => endpoint.RoutePattern.RawText!["/dashboard".Length..]);

        AddressColumn().Matches(Section("The pages")).Select(row => row.Groups["cell"].Value).Should().BeSubsetOf(mapped);
    }

    private static string Section(string heading)
    {
        var start = _page.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        var end = _page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return _page[start..end];
    }

    [GeneratedRegex(@"^\| `(?<cell>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex FirstColumn();

    [GeneratedRegex(@"^\| [^|]+ \| `(?<cell>/[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex AddressColumn();
}
