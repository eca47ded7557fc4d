using System.Collections.Concurrent;

namespace HirePanda.ApiKeys.MaxMind.Tests;

/// <summary>Changes of the country file while the host runs.</summary>
public sealed class FileTests
{
    private static readonly byte[] _british = new MmdbFile().Add("8.0.0.0/8", MmdbFile.Nested("GB")).ToBytes();
    private static readonly byte[] _french = new MmdbFile().Add("8.0.0.0/8", MmdbFile.Flat("FR")).ToBytes();

    public static TheoryData<string> Broken => ["truncated", "empty", "text", "garbage", "headless", "asn"];

    [Fact]
    public async Task File_ThatIsMissing_IsLoggedOnceAndLoadedWhenItAppears()
    {
        await using var host = await CountryHost.StartAsync(null);
        host.Wait();
        host.Wait();

        host.Country("8.8.8.8").Should().BeNull();
        host.Errors.Should().ContainSingle().Which.Should()
            .StartWith(
                $"The country file {host.FilePath} does not exist. Client countries are unknown. "
                + "Put a country file in MaxMind DB format there");

        host.Write(_british);
        host.Wait();
        host.Country("8.8.8.8").Should().Be("GB");
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task File_ThatIsBrokenAtStart_IsLoggedAndTheHostServes(string how)
    {
        await using var host = await CountryHost.StartAsync(Break(how));
        host.Wait();

        host.Country("8.8.8.8").Should().BeNull();
        host.Errors.Should().ContainSingle().Which.Should().Contain(host.FilePath).And.Contain("are unknown").And.Contain(
            how == "asn" ? "is of type Test-ASN and does not contain countries" : "is damaged or is not a MaxMind DB file");

        host.Replace(_british);
        host.Wait();
        host.Country("8.8.8.8").Should().Be("GB");
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task File_ThatIsReplacedByABrokenOne_StaysInEffect(string how)
    {
        await using var host = await CountryHost.StartAsync(_british);

        host.Replace(Break(how));
        host.Wait();
        host.Wait();

        host.Country("8.8.8.8").Should().Be("GB");
        host.Country("8.9.9.9").Should().Be("GB");
        host.Errors.Should().ContainSingle().Which.Should().Contain("still come from the previous file");
        host.Replace(_french);
        host.Wait();
        host.Country("8.8.8.8").Should().Be("FR");
    }

    [Fact]
    public async Task File_ThatChangesInAnyWay_IsReadAgain()
    {
        await using var host = await CountryHost.StartAsync(_british);
        host.Country("8.8.8.8").Should().Be("GB");

        host.Replace(_french);
        host.Country("8.8.8.8").Should().Be("GB", "nobody has read it yet");
        host.Wait();
        host.Country("8.8.8.8").Should().Be("FR");

        host.Write(_british);
        host.Wait();
        host.Country("8.8.8.8").Should().Be("GB");

        File.Move(host.FilePath, host.FilePath + ".old");
        File.WriteAllBytes(host.FilePath + ".target", _french);
        File.CreateSymbolicLink(host.FilePath, host.FilePath + ".target");
        host.Wait();
        host.Country("8.8.8.8").Should().Be("FR");
        host.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task File_ThatIsDeleted_StaysInEffectAndIsReadAgainWhenItIsBack()
    {
        await using var host = await CountryHost.StartAsync(_british);

        File.Move(host.FilePath, host.FilePath + ".away");
        host.Wait();
        host.Country("8.8.8.8").Should().Be("GB");
        host.Errors.Should().ContainSingle().Which.Should().Contain("does not exist");
        File.Move(host.FilePath + ".away", host.FilePath);
        host.Wait();

        host.Logs.Ours.Count(entry => entry.Text.StartsWith("Client countries come from", StringComparison.Ordinal))
            .Should().Be(2);
    }

    [Fact]
    public async Task GetCountry_WhileFilesAreReplaced_AlwaysAnswers()
    {
        await using var host = await CountryHost.StartAsync(_british);
        var answers = new ConcurrentDictionary<string, bool>();
        using var over = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 2).Select(caller => Task.Run(() =>
        {
            for (var i = caller; !over.IsCancellationRequested; i += 2)
            {
                answers.TryAdd(host.Country($"8.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}") ?? "unknown", true);
            }
        })).ToList();

        for (var round = 0; round < 50; round++)
        {
            host.Replace(round % 2 == 0 ? _french : _british);
            host.Wait();
        }

        await over.CancelAsync();
        await Task.WhenAll(callers);
        answers.Keys.Should().BeSubsetOf(["GB", "FR"]);
        host.Errors.Should().BeEmpty();
    }

    private static byte[] Break(string how) => how switch
    {
        "truncated" => CountryHost.RealFile[..(CountryHost.RealFile.Length / 2)],
        "empty" => [],
        "text" => "<html>404 Not Found</html>"u8.ToArray(),
        "garbage" => Random(20_000),
        "headless" => _british[^120..],
        "asn" => new MmdbFile("Test-ASN").Add("8.0.0.0/8", MmdbFile.Map(("autonomous_system_number", MmdbFile.Number(6, 15169))))
            .ToBytes(),
        _ => throw new ArgumentOutOfRangeException(nameof(how)),
    };

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
