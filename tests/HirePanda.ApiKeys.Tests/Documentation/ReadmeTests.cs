using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What the README lists is what there is.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string _readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public void Options_InTheReadme_AreThoseOfTheLibrary()
        => FirstColumn("Options").Should().BeEquivalentTo(typeof(ApiKeyOptions).GetProperties()
            .Where(property => property.DeclaringType == typeof(ApiKeyOptions)).SelectMany(Names));

    [Fact]
    public async Task ManagementCalls_InTheReadme_AreThoseThatAreMapped()
    {
        using var folder = new TemporaryFolder();
        await using var factory = new WebApplicationFactory<Program>()
            .WithWebHostBuilder(host => host.UseSetting("ConnectionStrings:ApiKeys", $"Data Source={folder["keys.db"]}"));
        var mapped = factory.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/api-keys", StringComparison.Ordinal)
                && endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not null)
            .Select(endpoint => $"{endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0]} {endpoint.RoutePattern.RawText!["/api/v1/api-keys".Length..]}");

        FirstColumn("Management").Should().BeEquivalentTo(mapped);
    }

    [Fact]
    public void Answers_InTheReadme_HaveTheStatusOfTheirCode()
        => TableRow().Matches(Section("What callers get")).Select(row => (Code: row.Groups["cell"].Value, Status: row.Value.Split('|')[2].Trim())).Distinct()
            .Should().BeEquivalentTo(new[] { ApiKeyError.Missing, ApiKeyError.Expired, ApiKeyError.Forbidden, ApiKeyError.RateLimited, ApiKeyError.Unavailable }
                .Select(error => (error.Code, Repository.Invariant($"{error.Status}"))));

    [Fact]
    public async Task Metrics_InTheReadme_AreThoseOfTheMeter()
    {
        await using var api = await TestApi.StartAsync();
        using var metrics = new MetricCollector(api.Services);
        var section = Section("Metrics");

        TableRow().Matches(section).Select(row => row.Value.Split('|', StringSplitOptions.TrimEntries)).Select(cells => string.Join(' ', cells[1..4]))
            .Should().BeEquivalentTo(metrics.Ours.Select(one => $"`{one.Name}` {Kind(one)} `{one.Unit}`"));
        metrics.Ours.Should().NotContain(one => string.IsNullOrEmpty(one.Description));
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
    public void Pattern_ForSecretScanners_FindsEverySecret()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "secrets.json")));
        var pattern = Fence().Match(Section("For secret scanners")).Groups["code"].Value;

        pattern.Should().Be(vectors.RootElement.GetProperty("regex").GetString());
        foreach (var secret in vectors.RootElement.GetProperty("valid").EnumerateArray().Select(one => one.GetString()!))
        {
            Regex.Match($"key = \"{secret}\";", pattern).Value.Should().Be(secret);
        }
    }

    /// <summary>Every name in code font in the first column of a section's table.</summary>
    private static IEnumerable<string> FirstColumn(string heading)
        => TableRow().Matches(Section(heading)).SelectMany(row => row.Groups["cell"].Captures.Select(cell => cell.Value));

    private static string Section(string heading)
    {
        var start = _readme.IndexOf($"\n## {heading}\n", StringComparison.Ordinal);
        start.Should().BePositive("the README has the section {0}", heading);
        var end = _readme.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return end < 0 ? _readme[start..] : _readme[start..end];
    }

    /// <summary>The name of an option, or those of a group's options.</summary>
    private static IEnumerable<string> Names(PropertyInfo property)
        => property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            ? property.PropertyType.GetProperties().Select(option => $"{property.Name}.{option.Name}")
            : [property.Name];

    [GeneratedRegex(@"^\|(?:[^|`\n]*`(?<cell>[^`\n]+)`)+[^|\n]*\|.*$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex(@"```\w+\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
