using System.Collections.Frozen;
using System.Globalization;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>The names of countries, and where they are on the map.</summary>
internal static class Countries
{
    private static readonly FrozenDictionary<string, Country> _byCode = Read();

    /// <summary>Finds a country by its code. The result is null if the map does not have it.</summary>
    public static Country? Find(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>Gets the name of a country, or its code if the name is not known.</summary>
    public static string Name(string code)
        => Find(code) is { } country ? $"{country.Name} ({code})" : code == "unknown" ? "Unknown" : code;

    private static FrozenDictionary<string, Country> Read()
        => CountryTable.Text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(row => row.Split(' ', 4))
            .ToFrozenDictionary(
                parts => parts[0], parts => new Country(Degrees(parts[1]), Degrees(parts[2]), parts[3]), StringComparer.Ordinal);

    private static int Degrees(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    /// <summary>A country.</summary>
    /// <param name="Longitude">The longitude of its middle, in degrees.</param>
    /// <param name="Latitude">The latitude of its middle, in degrees.</param>
    /// <param name="Name">The name.</param>
    internal sealed record Country(int Longitude, int Latitude, string Name);
}
