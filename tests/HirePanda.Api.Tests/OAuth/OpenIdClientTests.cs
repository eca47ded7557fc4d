using System.Text.RegularExpressions;

namespace HirePanda.Api.Tests;

/// <summary>A client that was not written for this server, which reads what it needs from the discovery document.</summary>
public sealed partial class OpenIdClientTests
{
    private static string Package => Environment.GetEnvironmentVariable("HIREPANDA_OPENID_CLIENT")
        ?? throw new InvalidOperationException("HIREPANDA_OPENID_CLIENT is not set: ./test.sh gets openid-client and sets it.");

    [Fact]
    public async Task OpenIdClient_GoesThroughTheWholeFlow()
    {
        await using var sample = await AppProcess.StartAsync(AppProcess.SampleDll);
        var login = Login().Match(sample.Output);

        var (code, output) = await Repository.RunAsync(
            "node",
            [Path.Combine(Repository.Root, "tests", "HirePanda.Api.Tests", "OAuth", "openid-client.mjs")],
            environment:
            [
                ("OPENID_CLIENT", Package),
                ("SAMPLE", sample.Address),
                ("KEY", sample.Secret),
                ("EMAIL", login.Groups["email"].Value),
                ("PASSWORD", login.Groups["password"].Value),
            ]);

        code.Should().Be(0, output);
        output.Trim().Should().Be(
            """
            discovery: true true
            code: bearer owner@hirepanda.test
            jobs: 200
            refresh: true 200
            introspection: true openid offline_access jobs:read true
            revocation: false
            refresh again: invalid_grant
            """);
    }

    [GeneratedRegex("^Dashboard login: (?<email>\\S+) (?<password>\\S+)$", RegexOptions.Multiline)]
    private static partial Regex Login();
}
