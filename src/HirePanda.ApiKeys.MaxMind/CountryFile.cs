using System.Net;
using System.Net.Sockets;
using MaxMind.Db;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.MaxMind;

/// <summary>
/// A country file as it was read, in memory: it answers as long as anybody holds it, whatever becomes of the file.
/// </summary>
#pragma warning disable CA1001 // A reader of memory has nothing to give back, and may be in the middle of an answer.
internal sealed partial class CountryFile
#pragma warning restore CA1001
{
    /// <summary>How many networks are looked at before the file is believed.</summary>
    private const int Sample = 10_000;

    private const int Remembered = 4096;

    private readonly Reader _reader;
    private readonly ILogger _logger;
    private readonly bool _hasIPv6;

    // The same few clients ask again and again: each place holds the last address that fell on it.
    private readonly Answer?[] _answers = new Answer?[Remembered];
    private int _damageLogged;

    /// <summary>Reads a file to its end.</summary>
    /// <exception cref="InvalidDataException">It is of another type.</exception>
    /// <exception cref="Exception">It is damaged, or no file of this format.</exception>
    public CountryFile(Stream stream, ILogger logger)
    {
        _logger = logger;
        _reader = new Reader(stream);
        _hasIPv6 = _reader.Metadata.IPVersion == 6;

        // All of the sample: one that ends early meets no damage.
        var countries = _reader.FindAll<CountryRecord>().Take(Sample).Select(network => network.Data.Code).ToHashSet();
        if (countries.All(country => country is null))
        {
            throw new InvalidDataException($"is of type {_reader.Metadata.DatabaseType} and holds no countries");
        }
    }

    public DateTime BuiltAt => _reader.Metadata.BuildDate;

    public string? GetCountry(IPAddress address)
    {
        ref var place = ref _answers[address.GetHashCode() & (Remembered - 1)];
        if (place is { } known && known.Address.Equals(address))
        {
            return known.Country;
        }

        var country = Find(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        place = new Answer(address, country);
        return country;
    }

    private string? Find(IPAddress address)
    {
        // In a file of IPv4 alone the reader takes the first half of an IPv6 address for one.
        var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        if ((isIPv6 && !_hasIPv6) || !PublicAddresses.Contains(address))
        {
            return null;
        }

        try
        {
            return _reader.Find<CountryRecord>(address)?.Code;
        }
#pragma warning disable CA1031 // What the reader throws at damaged bytes is not its contract.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (Interlocked.Exchange(ref _damageLogged, 1) == 0)
            {
                LogDamage(_logger, exception);
            }

            return null;
        }
    }

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "A record of the country file is damaged, so that the country of its addresses is unknown. Replace the file. "
        + "(Logged once.)")]
    private static partial void LogDamage(ILogger logger, Exception exception);

    private sealed record Answer(IPAddress Address, string? Country);
}

/// <summary>What is read of a record: <c>country.iso_code</c> in MaxMind's own files, <c>country_code</c> in flat ones.</summary>
internal sealed class CountryRecord
{
    [MapKey("country")]
    public Nested? Country { get; init; }

    [MapKey("country_code")]
    public string? CountryCode { get; init; }

    /// <summary>Null where there is none, or something else stands in its place, such as <c>None</c>.</summary>
    public string? Code
        => (Country?.IsoCode ?? CountryCode) is { Length: 2 } code && code.All(char.IsAsciiLetter)
            ? code.ToUpperInvariant()
            : null;

    internal sealed class Nested
    {
        [MapKey("iso_code")]
        public string? IsoCode { get; init; }
    }
}
