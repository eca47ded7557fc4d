using System.Net;

namespace HirePanda.ApiKeys.MaxMind.Tests;

/// <summary>The country of an address.</summary>
public sealed class CountryTests
{
    [Theory]
    [InlineData("8.8.8.8", "US")]
    [InlineData("::ffff:8.8.8.8", "US")]
    [InlineData("133.11.0.1", "JP")]
    [InlineData("193.0.6.139", "NL")]
    [InlineData("200.160.2.3", "BR")]
    [InlineData("2001:4860:4860::8888", "US")]
    [InlineData("2001:200::1", "JP")]
    public async Task GetCountry_OfTheRealFile_IsTheCountryOfTheAddress(string address, string country)
    {
        await using var host = await CountryHost.StartAsync(CountryHost.RealFile);

        host.Country(address).Should().Be(country);
        host.Country(address).Should().Be(country, "what is remembered is the same");
        host.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task GetCountry_OfNestedRecords_IsTheCountrysOwnNotTheRegistered()
    {
        await using var host = await CountryHost.StartAsync(new MmdbFile()
            .Add("1.2.3.0/24", MmdbFile.Nested("gb"))
            .Add("1.2.4.0/24", MmdbFile.Map(("registered_country", MmdbFile.Map(("iso_code", MmdbFile.Text("AU"))))))
            .Add("2a00::/16", MmdbFile.Nested("FR")).ToBytes());

        host.Country("1.2.3.4").Should().Be("GB");
        host.Country("::ffff:1.2.3.4").Should().Be("GB");
        host.Country("1.2.4.4").Should().BeNull();
        host.Country("1.2.5.4").Should().BeNull();
        host.Country("2a00::1").Should().Be("FR");
        host.Country("2b00::1").Should().BeNull();
    }

    [Theory]
    [InlineData("None")]
    [InlineData("")]
    [InlineData("U")]
    [InlineData("U1")]
    [InlineData("ÅÄ")]
    public async Task GetCountry_WhereTheFileHasNoCountry_IsUnknown(string value)
    {
        await using var host = await CountryHost.StartAsync(
            new MmdbFile().Add("1.0.0.0/24", MmdbFile.Flat("AU")).Add("9.0.0.0/8", MmdbFile.Flat(value)).ToBytes());

        host.Country("1.0.0.1").Should().Be("AU");
        host.Country("9.0.0.1").Should().BeNull();
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.1.1")]
    [InlineData("172.16.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.1.1")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::ffff:192.168.1.1")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::8.8.8.8")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%3")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:a00:1::1")]
    public async Task GetCountry_OfAnAddressThatIsNotPublic_IsUnknownEvenIfTheFileHasIt(string address)
    {
        var everywhere = new MmdbFile();
        foreach (var first in Enumerable.Range(1, 255))
        {
            everywhere.Add($"{first << 8:x}::/8", MmdbFile.Flat("US"));
        }

        everywhere.Add("0.0.0.0/0", MmdbFile.Flat("US"));
        await using var host = await CountryHost.StartAsync(everywhere.ToBytes());

        host.Country("8.8.8.8").Should().Be("US");
        host.Country("2a00::1").Should().Be("US");
        host.Country(address).Should().BeNull();
    }

    [Fact]
    public async Task GetCountry_OfIPv6InAFileOfIPv4Alone_IsUnknown()
    {
        await using var host = await CountryHost.StartAsync(
            new MmdbFile(ipVersion: 4).Add("32.0.0.0/3", MmdbFile.Flat("US")).ToBytes());

        host.Country("32.1.72.96").Should().Be("US");
        host.Country("2001:4860::1").Should().BeNull();
    }

    [Fact]
    public async Task GetCountry_OfADamagedRecord_IsUnknownAndLoggedOnce()
    {
        var file = new MmdbFile();
        for (var network = 0; network < 10_000; network++)
        {
            file.Add($"1.{network >> 8}.{network & 255}.0/24", MmdbFile.Flat("AU"));
        }

        file.Add("9.0.0.0/8", MmdbFile.Map(("country_code", [0x5F, 0xFF, 0xFF, 0xFF])));
        file.Add("11.0.0.0/8", MmdbFile.Map(("country_code", MmdbFile.Map())));
        file.Add("12.0.0.0/8", MmdbFile.Text("US"));
        await using var host = await CountryHost.StartAsync(file.ToBytes());

        host.Country("1.0.0.1").Should().Be("AU");
        foreach (var address in new[] { "9.0.0.1", "11.0.0.1", "12.0.0.1", "9.0.0.2" })
        {
            host.Country(address).Should().BeNull();
        }

        host.Logs.Ours.Should().ContainSingle(entry => entry.Text.Contains("is damaged"));
    }

    [Fact]
    public async Task GetCountry_OfAnyAddressInAnyFile_ReturnsImmediately()
    {
        await using var host = await CountryHost.StartAsync(CountryHost.RealFile);
        var random = new Random(1);
        var bytes = new byte[16];
        for (var i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            foreach (var address in new[] { new IPAddress(bytes), new IPAddress(bytes.AsSpan(0, 4)) })
            {
                (host.Countries.GetCountry(address) ?? "US").Should().MatchRegex("^[A-Z]{2}$");
            }
        }
    }
}
