using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The packages, and a new user who follows only the README.</summary>
[Collection(OneAtATime.Name)]
public sealed partial class PackageTests(PackageTests.Feed feed) : IClassFixture<PackageTests.Feed>
{
    private static string Quickstart => File.ReadAllText(Path.Combine(Repository.Root, "samples", "Quickstart", "Program.cs"));

    private static string Readme => File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public void Readme_Quickstart_IsExactlyTheSample()
        => Readme.Should().Contain($"```csharp\n{Quickstart}```\n");

    [Theory]
    [InlineData("HirePanda.ApiKeys.Abstractions", "", "")]
    [InlineData("HirePanda.ApiKeys", "HirePanda.ApiKeys.Abstractions System.IO.Hashing", "Microsoft.AspNetCore.App")]
    [InlineData(
        "HirePanda.ApiKeys.EntityFrameworkCore", "HirePanda.ApiKeys Microsoft.EntityFrameworkCore.Relational",
        "Microsoft.AspNetCore.App")]
    [InlineData("HirePanda.ApiKeys.Dashboard", "HirePanda.ApiKeys", "Microsoft.AspNetCore.App")]
    [InlineData("HirePanda.ApiKeys.Redis", "HirePanda.ApiKeys StackExchange.Redis", "Microsoft.AspNetCore.App")]
    [InlineData("HirePanda.ApiKeys.MaxMind", "HirePanda.ApiKeys MaxMind.Db", "Microsoft.AspNetCore.App")]
    [InlineData(
        "HirePanda.ApiKeys.OpenIddict",
        "HirePanda.ApiKeys OpenIddict.Validation.AspNetCore OpenIddict.Validation.ServerIntegration "
            + "OpenIddict.Validation.SystemNetHttp",
        "Microsoft.AspNetCore.App")]
    public void Package_OfTheRelease_HasWhatAPackageNeeds(string id, string dependencies, string frameworks)
    {
        using var package = ZipFile.OpenRead(feed.Package(id));
        using var stream = package.GetEntry($"{id}.nuspec")!.Open();
        var metadata = XDocument.Load(stream).Root!.Elements().Single();
        using var symbols = ZipFile.OpenRead(Path.ChangeExtension(feed.Package(id), ".snupkg"));
        XElement? Element(string name) => metadata.Elements().SingleOrDefault(child => child.Name.LocalName == name);
        IEnumerable<string> Names(string element, string attribute)
            => metadata.Descendants().Where(node => node.Name.LocalName == element)
                .Select(node => node.Attribute(attribute)!.Value)
                .Order();

        Element("version")!.Value.Should().Be(feed.Version);
        Element("license")!.Value.Should().Be("MIT");
        Element("license")!.Attribute("type")!.Value.Should().Be("expression");
        Element("readme")!.Value.Should().Be("README.md");
        Element("description")!.Value.Should().NotBeNullOrWhiteSpace();
        Element("tags")!.Value.Should().Contain("api-key");
        Element("repository")!.Attribute("type")!.Value.Should().Be("git");
        Element("repository")!.Attribute("url")!.Value.Should().StartWith("https://");
        package.Entries.Select(entry => entry.FullName).Should().Contain("README.md");
        package.Entries.Select(entry => entry.FullName).Where(name => name.StartsWith("lib/", StringComparison.Ordinal))
            .Should().BeEquivalentTo($"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml");
        symbols.Entries.Select(entry => entry.FullName).Should().Contain($"lib/net10.0/{id}.pdb");
        Names("dependency", "id").Should().Equal(dependencies.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Names("frameworkReference", "name").Should().Equal(frameworks.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Readme_EveryBlockPastedIntoANewApp_GivesAProtectedApi()
    {
        using var folder = new TemporaryFolder();
        (string, string)[] environment = [("NUGET_PACKAGES", folder["packages"])];
        await DotnetAsync("new", "web", "-n", "Stranger", "-o", ".", "--no-restore");
        await WriteAsync("nuget.config", $"""
            <configuration><packageSources><add key="fresh" value="{feed.Folder}" /></packageSources></configuration>
            """);
        var blocks = Block().Matches(Readme).Select(block => block.Groups["code"].Value).ToList();
        blocks.Should().HaveCount(4, "each of them is pasted");
        await WriteAsync("Program.cs", blocks[0]);
        await WriteAsync("JobsController.cs", blocks[1]);
        await WriteAsync("MyApiKeyStore.cs", blocks[2]);
        await WriteAsync("Keys.cs", blocks[3]);
        await DotnetAsync("add", "package", "HirePanda.ApiKeys", "--prerelease");
        await DotnetAsync("add", "package", "HirePanda.ApiKeys.EntityFrameworkCore", "--prerelease");
        Readme.Should().Contain("dotnet add package Microsoft.EntityFrameworkCore.Sqlite --version \"10.*\"\n");
        await DotnetAsync("add", "package", "Microsoft.EntityFrameworkCore.Sqlite", "--version", "10.*");
        var project = await File.ReadAllTextAsync(folder["Stranger.csproj"], TestContext.Current.CancellationToken);
        project.Should()
            .Contain($"\"{feed.Version}\"", "the test must use the packed version, not an older release");
        await DotnetAsync("build", "-c", "Release", "-o", "out", "-p:UseAppHost=false");

        await using var app = await AppProcess.StartAsync(folder["out/Stranger.dll"], until: "curl ");
        using var missing = await app.Client.GetAsync("/jobs", TestContext.Current.CancellationToken);
        var call = app.Output.Split('\n').Single(line => line.StartsWith("curl ", StringComparison.Ordinal));
        var (_, said) = await Repository.RunAsync("/bin/sh", ["-c", call.Replace("curl ", "curl -s ")]);

        missing.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await missing.TextAsync())
            .Should().Be("""{"error":{"code":"unauthorized","message":"Invalid or missing API key","status":401}}""");
        said.Should().Be("""["Gardener"]""", "the printed call works as it stands");

        Task WriteAsync(string name, string text)
            => File.WriteAllTextAsync(folder[name], text, TestContext.Current.CancellationToken);

        async Task DotnetAsync(params string[] arguments)
        {
            var (exitCode, output) = await Repository.RunAsync("dotnet", arguments, folder.Path, environment);
            exitCode.Should().Be(0, "{0}", output);
        }
    }

    [GeneratedRegex(@"```csharp\n(?<code>.*?)```\n", RegexOptions.Singleline)]
    private static partial Regex Block();

    /// <summary>
    /// A new feed with all packages. They are packed from a copy, so that the assemblies of this run do not change.
    /// </summary>
    public sealed class Feed : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public string Folder => _folder["feed"];

        public string Version { get; } = Repository.Invariant(
            $"0.0.1-ci.{DateTime.UtcNow:yyyyMMddHHmmss}.{Environment.ProcessId}");

        public string Package(string id) => Path.Combine(Folder, $"{id}.{Version}.nupkg");

        public async ValueTask InitializeAsync()
        {
            var copy = _folder["source"];
            var files = Directory.GetFiles(Repository.Root, "*", SearchOption.TopDirectoryOnly)
                .Concat(Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*", SearchOption.AllDirectories))
                .Where(
                    file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar)
                        .Any(part => part is "bin" or "obj"));
            foreach (var file in files)
            {
                var target = Path.Combine(copy, Path.GetRelativePath(Repository.Root, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            foreach (var project in Directory.GetDirectories(Path.Combine(copy, "src")).Select(Path.GetFileName))
            {
                var (exitCode, output) = await Repository.RunAsync(
                    "dotnet",
                    [
                        "pack",
                        $"src/{project}",
                        "-c",
                        "Release",
                        "-o",
                        Folder,
                        $"-p:MinVerVersionOverride={Version}",
                        "-p:RunAnalyzers=false"
                    ],
                    copy);
                exitCode.Should().Be(0, "{0}", output);
            }
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
