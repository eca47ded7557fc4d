using System.Net;
using System.Text.Json;
using CsCheck;

namespace HirePanda.ApiKeys.Tests;

public sealed class NetworkTests
{
    private static readonly JsonElement _vectors = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", "networks.json"))).RootElement;

    // Few distinct bits make random addresses and networks overlap often.
    private static readonly Gen<byte[]> _ipv4 = Gen.OneOf<byte>(0, 1, 10, 128, 255).Array[4];
    private static readonly Gen<byte[]> _ipv6 = Gen.Select(Gen.OneOf<byte>(0, 0x20, 0xff).Array[16], Gen.Bool, _ipv4)
        .Select((bytes, isMapped, four) => isMapped ? [.. new byte[10], 0xff, 0xff, .. four] : bytes);

    private static readonly Gen<byte[]> _addresses = Gen.OneOf(_ipv4, _ipv6);
    private static readonly Gen<(byte[] Bytes, int Length)> _networks = Gen.Select(_addresses, Gen.Int[0, 128])
        .Select((bytes, length) => (bytes, Length: Math.Min(length, bytes.Length * 8)))
        .Select(network => (Bytes: WithoutHostBits(network.bytes, network.Length), network.Length));

    public static TheoryData<string> Refused
        => [.. _vectors.GetProperty("refused").EnumerateArray().Select(element => element.GetString()!)];

    [Fact]
    public void Contains_IndependentVectors_Agrees()
    {
        var vectors = _vectors.GetProperty("match").EnumerateArray().ToList();

        vectors.Should().HaveCount(411);
        foreach (var vector in vectors)
        {
            var network = vector.GetProperty("network").GetString()!;
            var address = IPAddress.Parse(vector.GetProperty("address").GetString()!);
            NetworkList.Compile([network])!.Contains(address)
                .Should().Be(vector.GetProperty("contains").GetBoolean(), $"{network} and {address}");
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.-4")]
    [InlineData("1.2.3.+4")]
    [InlineData("1..2.3")]
    [InlineData("1.2.3.4/+8")]
    [InlineData("2001:db8::/ 32")]
    [InlineData("::1]:80")]
    [InlineData("1::2::3")]
    [InlineData("::1.2.3")]
    [InlineData("٣.1.1.1")]
    [InlineData(null)]
    public void TryParse_NotANetwork_IsRefused(string? text) => IpNetwork.TryParse(text, out _).Should().BeFalse();

    [Theory]
    [InlineData("10.0.0.1/32", "10.0.0.1")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:DB8::/32", "2001:db8::/32")]
    [InlineData("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1")]
    [InlineData("::1/128", "::1")]
    [InlineData("::ffff:10.0.0.0/104", "10.0.0.0/8")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4")]
    [InlineData("::ffff:0:0/96", "0.0.0.0/0")]
    public void ToString_OfANetwork_IsCanonical(string text, string canonical)
    {
        IpNetwork.TryParse(text, out var network).Should().BeTrue();

        network.ToString().Should().Be(canonical);
    }

    [Fact]
    public void Contains_AnyNetworksAndAddress_AgreesWithABitByBitOracle()
        => Gen.Select(_networks.Array[1, 20], _addresses).Sample(
            (networks, address) =>
            {
                var list = NetworkList.Compile(
                    [.. networks.Select(network => $"{new IPAddress(network.Bytes)}/{network.Length}")])!;
                return list.Contains(new IPAddress(address)) == networks.Any(
                    network => Matches(network.Bytes, network.Length, address));
            },
            iter: 20_000);

    [Theory]
    [InlineData("10.{0:d}.{1:d}.0/25", "10.{0:d}.{1:d}.{2:d}")]
    [InlineData("2001:db8::{0:x}:{1:x}:0/121", "2001:db8::{0:x}:{1:x}:{2:x}")]
    [InlineData("2001:db8:{0:x}:{1:x}::/65", "2001:db8:{0:x}:{1:x}:{2:x}00::")]
    public void Contains_ManyNetworks_FindsTheEdgesOfEach(string network, string address)
        => Gen.Int[0, 1_500].HashSet[0, 1_100].Sample(
            listed =>
            {
                var list = NetworkList.Compile(
                    [
                        .. listed.Select(number => string.Format(null, network, number / 256, number % 256)),
                        "192.0.2.1",
                        "2001:db8:1::1"
                    ])!;
                for (var number = 0; number <= 1_501; number++)
                {
                    foreach (var last in (int[])[0, 127, 128, 255])
                    {
                        var probe = IPAddress.Parse(string.Format(null, address, number / 256, number % 256, last));
                        list.Contains(probe)
                            .Should().Be(last < 128 && listed.Contains(number), $"{probe} and {listed.Count} networks");
                    }
                }
            },
            iter: 30);

    [Fact]
    public void Contains_NoAddress_IsFalse()
        => NetworkList.Compile(["0.0.0.0/0", "::/0"])!.Contains((IPAddress?)null).Should().BeFalse();

    [Fact]
    public void Compile_NoNetworks_DoesNotRestrict() => NetworkList.Compile([]).Should().BeNull();

    [Fact]
    public void Compile_NotANetwork_Throws()
    {
        var compile = () => NetworkList.Compile(["10.0.0.0/8", "10.0.0.8/8"]);

        compile.Should().Throw<FormatException>().WithMessage("*10.0.0.8/8*");
    }

    /// <summary>Unmaps the address, and then compares the prefix bit by bit.</summary>
    private static bool Matches(byte[] network, int length, byte[] address)
    {
        if (network.Length == 16 && length >= 96 && IsMapped(network))
        {
            (network, length) = (network[12..], length - 96);
        }

        address = address.Length == 16 && IsMapped(address) ? address[12..] : address;
        return network.Length == address.Length && Enumerable.Range(0, length).All(i => Bit(network, i) == Bit(address, i));
    }

    private static bool IsMapped(byte[] bytes)
        => bytes.AsSpan(0, 12).SequenceEqual((byte[])[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);

    private static int Bit(byte[] bytes, int index) => (bytes[index / 8] >> (7 - (index % 8))) & 1;

    private static byte[] WithoutHostBits(byte[] bytes, int length)
        => [.. bytes.Select((value, i) => (byte)(value & (0xff << Math.Clamp(((i + 1) * 8) - length, 0, 8))))];
}
