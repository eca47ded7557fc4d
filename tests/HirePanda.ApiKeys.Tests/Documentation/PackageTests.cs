using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Xml.Linq;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The packages, and a stranger who uses them by nothing but the README.</summary>
public sealed class PackageTests(PackageTests.Feed feed) : IClassFixture<PackageTests.Feed>
{
    private static string Quickstart => File.ReadAllText(Path.Combine(Repository.Root, "samples", "Quickstart", "Program.cs"));

    [Fact]
    public void Readme_Quickstart_IsTheSampleToTheLetter()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

        readme.Should().Contain($"```csharp\n{Quickstart}```\n");
        Quickstart.TrimEnd().Split('\n').Length.Should().BeLessThanOrEqualTo(25);
    }

    [Theory]
    [InlineData("HirePanda.ApiKeys.Abstractions", "")]
    [InlineData("HirePanda.ApiKeys", "HirePanda.ApiKeys.Abstractions System.IO.Hashing")]
    [InlineData("HirePanda.ApiKeys.EntityFrameworkCore", "HirePanda.ApiKeys Microsoft.EntityFrameworkCore.Relational")]
    public void Package_OfTheRelease_HasWhatAPackageNeeds(string id, string dependencies)
    {
        using var package = ZipFile.OpenRead(feed.Package(id));
        using var stream = package.GetEntry($"{id}.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single();
        string? Value(string name) => metadata.Elements().SingleOrDefault(one => one.Name.LocalName == name)?.Value;

        Value("license").Should().Be("MIT");
        Value("readme").Should().Be("README.md");
        Value("description").Should().NotBeNullOrWhiteSpace();
        Value("tags").Should().Contain("api-key");
        metadata.Elements().Single(one => one.Name.LocalName == "repository").Attribute("url")!.Value.Should().StartWith("https://");
        package.GetEntry("README.md").Should().NotBeNull();
        package.GetEntry($"lib/net10.0/{id}.xml").Should().NotBeNull();
        metadata.Descendants().Where(one => one.Name.LocalName == "dependency").Select(one => one.Attribute("id")!.Value).Order()
            .Should().Equal(dependencies.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        File.Exists(Path.ChangeExtension(feed.Package(id), ".snupkg")).Should().BeTrue();
    }

    [Fact]
    public async Task Stranger_WithThePackageAndTheReadme_HasAGuardedApi()
    {
        var folder = Directory.CreateTempSubdirectory("hirepanda-stranger-").FullName;
        (string, string)[] environment = [("NUGET_PACKAGES", Path.Combine(folder, "packages"))];
        await WriteAsync("Stranger.csproj", """
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
            </Project>
            """);
        await WriteAsync("nuget.config", $"""
            <configuration><packageSources><add key="fresh" value="{feed.Folder}" /></packageSources></configuration>
            """);
        await WriteAsync("Program.cs", Quickstart);
        await DotnetAsync("add", "package", "HirePanda.ApiKeys", "--prerelease");
        await DotnetAsync("build", "-c", "Release", "-o", "out");

        await using var app = await AppProcess.StartAsync(Path.Combine(folder, "out", "Stranger.dll"));
        using var missing = await app.Client.GetAsync("/jobs", TestContext.Current.CancellationToken);
        app.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", app.Secret);
        using var read = await app.Client.GetAsync("/jobs", TestContext.Current.CancellationToken);
        using var written = await app.Client.PostAsync("/jobs", null, TestContext.Current.CancellationToken);

        missing.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await read.TextAsync()).Should().Be("""["Gardener"]""");
        (await written.TextAsync()).Should().Be("Created with First key");

        Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(folder, name), text, TestContext.Current.CancellationToken);

        async Task DotnetAsync(params string[] arguments)
        {
            var (exitCode, output) = await Repository.RunAsync("dotnet", arguments, folder, environment);
            exitCode.Should().Be(0, output);
        }
    }

    /// <summary>A fresh feed with both packages, packed from a copy so that no assembly of this run is touched.</summary>
    public sealed class Feed : IAsyncLifetime
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("hirepanda-feed-").FullName;

        public string Package(string id) => Directory.GetFiles(Folder, $"{id}.0.0.1-*.nupkg").Single();

        public async ValueTask InitializeAsync()
        {
            var copy = Directory.CreateTempSubdirectory("hirepanda-source-").FullName;
            foreach (var file in Directory.GetFiles(Repository.Root, "*", SearchOption.TopDirectoryOnly))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal)))
            {
                var target = Path.Combine(copy, Path.GetRelativePath(Repository.Root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            foreach (var project in new[] { "HirePanda.ApiKeys.Abstractions", "HirePanda.ApiKeys", "HirePanda.ApiKeys.EntityFrameworkCore" })
            {
                var version = Repository.Invariant($"-p:MinVerVersionOverride=0.0.1-ci.{Environment.ProcessId}");
                var (exitCode, output) = await Repository.RunAsync(
                    "dotnet", ["pack", $"src/{project}", "-c", "Release", "-o", Folder, version, "-p:RunAnalyzers=false"], copy);
                exitCode.Should().Be(0, output);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
