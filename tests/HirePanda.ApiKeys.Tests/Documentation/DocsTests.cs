using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The documentation pages match the library.</summary>
public sealed partial class DocsTests
{

    [Fact]
    public void Options_InTheDocs_AreThoseOfTheLibrary()
        => FirstColumn("options", "Options").Should().BeEquivalentTo(typeof(ApiKeyOptions).GetProperties()
            .Where(property => property.DeclaringType == typeof(ApiKeyOptions)).SelectMany(Names));

    [Fact]
    public async Task ManagementCalls_InTheDocs_AreThoseThatAreMapped()
    {
        using var folder = new TemporaryFolder();
        await using var factory = new WebApplicationFactory<Program>()
            .WithWebHostBuilder(host => host.UseSetting("ConnectionStrings:ApiKeys", $"Data Source={folder["keys.db"]}"));
        var mapped = factory.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/api-keys", StringComparison.Ordinal)
                && endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not null)
            .Select(
                endpoint => $"{endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]} "
                    + endpoint.RoutePattern.RawText!["/api/v1/api-keys".Length..]);

        FirstColumn("management-api", "Management").Should().BeEquivalentTo(mapped);
    }

    [Fact]
    public void Answers_InTheDocs_HaveTheStatusOfTheirCode()
        => TableRow().Matches(Section("errors", "What callers get"))
            .Select(row => (Code: row.Groups["cell"].Value, Status: row.Value.Split('|')[2].Trim())).Distinct()
            .Should()
            .BeEquivalentTo(new[]
                {
                    ApiKeyError.Missing,
                    ApiKeyError.Expired,
                    ApiKeyError.Forbidden,
                    ApiKeyError.RateLimited,
                    ApiKeyError.Unavailable,
                }
                .Select(error => (error.Code, Repository.Invariant($"{error.Status}"))));

    [Fact]
    public async Task Metrics_InTheDocs_AreThoseOfTheMeter()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);
        var section = Section("telemetry", "Metrics");

        TableRow().Matches(section).Select(row => row.Value.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => string.Join(' ', cells[1..4]))
            .Should()
            .BeEquivalentTo(metrics.Ours.Select(instrument => $"`{instrument.Name}` {Kind(instrument)} `{instrument.Unit}`"));
        metrics.Ours.Should().NotContain(instrument => string.IsNullOrEmpty(instrument.Description));
        foreach (var outcome in Outcomes.All)
        {
            section.Should().Contain($"`{outcome}`");
        }

        static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
        {
            "ObservableCounter" => "counter",
            "ObservableUpDownCounter" => "up-down counter",
            "ObservableGauge" => "gauge",
            var name => name.ToLowerInvariant(),
        };
    }

    [Fact]
    public void Readme_IsShortAndItsLinksResolveAnywhere()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

        readme.Split('\n').Length.Should().BeLessThanOrEqualTo(200);
        foreach (Match link in Link().Matches(readme))
        {
            var target = link.Groups["target"].Value;
            target.Should().StartWith("https://", "packages show the README outside the repository");
            if (target.IndexOf("/blob/main/", StringComparison.Ordinal) is > 0 and var index)
            {
                File.Exists(Path.Combine(Repository.Root, target[(index + "/blob/main/".Length)..])).Should().BeTrue(target);
            }
        }
    }

    [Fact]
    public void Pages_AreAllInTheIndex()
    {
        var folder = Path.Combine(Repository.Root, "docs");
        var index = File.ReadAllText(Path.Combine(folder, "README.md"));

        Link().Matches(index).Select(link => link.Groups["target"].Value)
            .Should()
            .BeEquivalentTo(Directory.GetFiles(folder, "*.md").Select(Path.GetFileName).Where(name => name != "README.md"));
    }

    [Fact]
    public void Pattern_ForSecretScanners_FindsEverySecret()
    {
        using var vectors = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "secrets.json")));
        var pattern = Fence().Match(Section("secrets", "For secret scanners")).Groups["code"].Value;

        pattern.Should().Be(vectors.RootElement.GetProperty("regex").GetString());
        foreach (var secret in vectors.RootElement.GetProperty("valid").EnumerateArray().Select(element => element.GetString()!))
        {
            Regex.Match($"key = \"{secret}\";", pattern).Value.Should().Be(secret);
        }
    }

    /// <summary>Gets every name in code font in the first column of a section's table.</summary>
    private static IEnumerable<string> FirstColumn(string page, string heading)
        => TableRow().Matches(Section(page, heading)).SelectMany(row => row.Groups["cell"].Captures.Select(cell => cell.Value));

    private static string Section(string page, string heading)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs", $"{page}.md"));
        var start = text.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        start.Should().BePositive("{0} has the section {1}", page, heading);
        var end = text.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? text[start..] : text[start..end];
    }

    [GeneratedRegex(@"^\|(?:[^|`\n]*`(?<cell>[^`\n]+)`)+[^|\n]*\|.*$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    /// <summary>Gets the name of an option, or the names of the options in a group.</summary>
    private static IEnumerable<string> Names(PropertyInfo property)
        => property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            ? property.PropertyType.GetProperties().Select(option => $"{property.Name}.{option.Name}")
            : [property.Name];

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```\w+\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
