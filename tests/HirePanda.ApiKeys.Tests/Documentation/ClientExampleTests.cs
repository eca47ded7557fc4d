using System.Text.RegularExpressions;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// The client examples of the product documentation, with the address and key of the running sample.
/// </summary>
[Collection(OneAtATime.Name)]
public sealed partial class ClientExampleTests(RunningSample sample) : IClassFixture<RunningSample>
{
    private static readonly string _documentation = File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "vectors", "product-docs-authentication.mdx"));

    [Theory]
    [InlineData("bash", "", "bash", ".sh")]
    [InlineData("javascript Node.js", "\nconsole.log(await response.text());", "node", ".mjs")]
    [InlineData("python Python", "\nprint(response.text)", "/usr/bin/python3", ".py")]
    [InlineData("ruby Ruby", "\nputs response.body", "ruby", ".rb")]
    [InlineData("php PHP", "\necho $response;", "php", ".php")]
    public async Task Example_OfTheDocumentation_ListsTheJobs(string language, string print, string interpreter, string extension)
    {
        using var folder = new TemporaryFolder();
        var code = Example(language)
            .Replace("https://api.hirepanda.com", sample.App.Address, StringComparison.Ordinal)
            .Replace("YOUR_API_KEY", sample.App.Secret, StringComparison.Ordinal)
            .Replace("use_ssl: true", "use_ssl: false", StringComparison.Ordinal); // The sample speaks http here.
        var file = folder["example" + extension];
        await File.WriteAllTextAsync(
            file, (extension == ".php" ? "<?php\n" : "") + code + print, TestContext.Current.CancellationToken);

        var (exitCode, output) = await Repository.RunAsync(interpreter, [file]);

        exitCode.Should().Be(0, "{0} (./test.sh installs what the examples need)", output);
        output.Should().Contain("\"title\":\"Gardener\"");
    }

    [Fact]
    public async Task Call_ThatTheSamplePrints_ListsTheJobs()
    {
        var lines = sample.App.Output.Split('\n');
        var export = lines.Single(line => line.StartsWith("export ", StringComparison.Ordinal));
        var call = lines.Single(line => line.StartsWith("curl ", StringComparison.Ordinal));

        var (exitCode, output) = await Repository.RunAsync("bash", ["-c", $"{export}\n{call}"]);

        exitCode.Should().Be(0, "{0}", output);
        output.Should().Contain("\"title\":\"Gardener\"");
    }

    /// <summary>Gets the first fenced block of a language that calls the API, without the indentation of the page.</summary>
    private static string Example(string language)
    {
        var code = Fences().Matches(_documentation).First(match
            => match.Groups["info"].Value.StartsWith(language + " ", StringComparison.Ordinal)
            && match.Groups["code"].Value.Contains("api.hirepanda.com")).Groups["code"].Value;
        var lines = code.Split('\n');
        var indentation = lines.Where(line => !string.IsNullOrWhiteSpace(line))
            .Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length < indentation ? "" : line[indentation..]));
    }

    [GeneratedRegex("""^ *```(?<info>[^\n]+)\n(?<code>.*?)^ *```""", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();
}
