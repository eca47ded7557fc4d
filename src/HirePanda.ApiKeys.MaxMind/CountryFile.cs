using System.Net;
using System.Net.Sockets;
using MaxMind.Db;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.MaxMind;

/// <summary>
/// A country file in memory. It stays usable after the file on disk is replaced or deleted.
/// </summary>
#pragma warning disable CA1001 // The in-memory reader holds no resources, and lookups can still be using it.
internal sealed partial class CountryFile
#pragma warning restore CA1001
{
    /// <summary>The number of networks to read before the file is accepted.</summary>
    private const int SampleSize = 10_000;

    private const int CacheSize = 4096;

    private readonly Reader _reader;
    private readonly ILogger _logger;
    private readonly bool _hasIPv6;

    // A few clients send most requests. Each slot holds the last address with that hash.
    private readonly Answer?[] _answers = new Answer?[CacheSize];
    private int _damageLogged;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">The file does not contain countries.</exception>
    /// <exception cref="Exception">The file is damaged or is not a MaxMind DB file.</exception>
    public CountryFile(Stream stream, ILogger logger)
    {
        _logger = logger;
        _reader = new Reader(stream);
        _hasIPv6 = _reader.Metadata.IPVersion == 6;

        // The whole sample is read, because a search that stops early can miss damage.
        var countries = _reader.FindAll<CountryRecord>().Take(SampleSize).Select(network => network.Data.Code).ToHashSet();
        if (countries.All(country => country is null))
        {
            throw new InvalidDataException($"is of type {_reader.Metadata.DatabaseType} and does not contain countries");
        }
    }

    public DateTime BuiltAt => _reader.Metadata.BuildDate;

    public string? GetCountry(IPAddress address)
    {
        ref var slot = ref _answers[address.GetHashCode() & (CacheSize - 1)];
        if (slot is { } known && known.Address.Equals(address))
        {
            return known.Country;
        }

        var country = Find(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        slot = new Answer(address, country);
        return country;
    }

    private string? Find(IPAddress address)
    {
        // In an IPv4-only file, the reader would look up the first 32 bits of an IPv6 address as an IPv4 address.
        var isIPv6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        if ((isIPv6 && !_hasIPv6) || !PublicAddresses.Contains(address))
        {
            return null;
        }

        try
        {
            return _reader.Find<CountryRecord>(address)?.Code;
        }
#pragma warning disable CA1031 // The reader does not document which exceptions it throws for damaged data.
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
        "A record of the country file is damaged, so the country of its addresses is unknown. Replace the file. "
        + "This warning is logged once.")]
    private static partial void LogDamage(ILogger logger, Exception exception);

    private sealed record Answer(IPAddress Address, string? Country);
}

/// <summary>
/// A record's country: <c>country.iso_code</c> in MaxMind's own files, or <c>country_code</c> in files with flat records.
/// </summary>
internal sealed class CountryRecord
{
    [MapKey("country")]
    public Nested? Country { get; init; }

    [MapKey("country_code")]
    public string? CountryCode { get; init; }

    /// <summary>
    /// Gets the two-letter country code in uppercase, or null if there is none or the value is not a code, such as <c>None</c>.
    /// </summary>
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
