using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;

namespace HirePanda.ApiKeys.Tests;

public sealed class SecretTests
{
    private static readonly ApiKeyCatalog _catalog = new();
    private static readonly SecretFormat _format = new("hp", _catalog.Types.Select(type => type.Prefix));
    private static readonly JsonElement _vectors = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "secrets.json"))).RootElement;

    private static readonly Gen<string> _secrets = Gen.Int[0, 3].Select(type => _format.Generate(_catalog.Types[type].Prefix));

    public static TheoryData<string> Valid
        => [.. _vectors.GetProperty("valid").EnumerateArray().Select(element => element.GetString()!)];

    public static TheoryData<string> Invalid
        => [.. _vectors.GetProperty("invalid").EnumerateArray().Select(element => element.GetProperty("secret").GetString()!)];

    [Theory]
    [MemberData(nameof(Valid))]
    public void IsWellFormed_IndependentVector_IsTrue(string secret) => IsWellFormed(secret).Should().BeTrue();

    [Theory]
    [MemberData(nameof(Invalid))]
    public void IsWellFormed_IndependentInvalidVector_IsFalse(string secret) => IsWellFormed(secret).Should().BeFalse();

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task VerifyAsync_IndependentInvalidVector_IsMalformedWithoutARead(string secret)
    {
        await using var api = await TestApi.StartAsync();

        (await api.Verifier.VerifyAsync(secret, default, TestContext.Current.CancellationToken)).Outcome.Should()
            .Be(ApiKeyOutcome.Malformed);
        api.Store.Reads.Should().Be(0);
    }

    [Fact]
    public void Generate_AnyType_IsWellFormedAndFoundByThePublishedExpression()
        => _secrets.Sample(
            secret => IsWellFormed(secret) && Regex.IsMatch(secret, $"^{_vectors.GetProperty("regex").GetString()}$"));

    [Fact]
    public void IsWellFormed_AnySingleCharacterChanged_IsFalse()
        => Gen.Select(_secrets, Gen.Int[0, 100], Gen.Char[' ', '~'])
            .Where((secret, at, character) => secret[at % secret.Length] != character)
            .Sample((secret, at, character) =>
            {
                var changed = new StringBuilder(secret) { [at % secret.Length] = character };
                return !IsWellFormed(changed.ToString());
            });

    [Fact]
    public void Generate_ManySecrets_UsesEveryCharacterEvenly()
    {
        var counts = new Dictionary<char, int>();
        const int Secrets = 4000;
        for (var i = 0; i < Secrets; i++)
        {
            foreach (var character in _format.Generate(_catalog.Types[0].Prefix).AsSpan("hp_live_".Length, 30))
            {
                counts[character] = counts.GetValueOrDefault(character) + 1;
            }
        }

        // With bytes modulo 62, the first eight characters would occur 25 % more often than the others.
        var expected = Secrets * 30 / 62.0;
        counts.Should().HaveCount(62);
        counts.Values.Should().OnlyContain(count => count > expected * 0.88 && count < expected * 1.12);
    }

    [Fact]
    public void Hint_OfASecret_IsItsStartOnly()
    {
        var secret = _format.Generate(_catalog.Types[0].Prefix);

        SecretFormat.Hint(secret).Should().Be(secret[..12] + "…");
    }

    [Fact]
    public void Hash_WithoutPepper_IsSha256OfTheSecret()
        => new SecretHasher(null, [], false).Hash("abc"u8).ToString()
            .Should().Be("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

    [Fact]
    public void Hash_WithPepper_IsHmacSha256OfTheSecret()
        => new SecretHasher("Jefe", [], false).Hash("what do ya want for nothing?"u8).ToString() // RFC 4231, test case 2
            .Should().Be("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");

    [Fact]
    public void ApiKeyHash_ParseOfToString_IsTheSame()
        => Gen.Byte.Array[32].Sample(bytes => ApiKeyHash.Parse(new ApiKeyHash(bytes).ToString()) == new ApiKeyHash(bytes)
            && new ApiKeyHash(bytes).ToByteArray().AsSpan().SequenceEqual(bytes));

    private static bool IsWellFormed(string secret)
    {
        var bytes = new byte[200];
        return Ascii.FromUtf16(secret, bytes, out var length) == System.Buffers.OperationStatus.Done
            && _format.IsWellFormed(bytes.AsSpan(0, length));
    }
}
