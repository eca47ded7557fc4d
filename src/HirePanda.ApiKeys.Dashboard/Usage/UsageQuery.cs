using System.ComponentModel;
using System.Globalization;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What a page about usage covers, as its address says.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record UsageQuery
{
    /// <summary>The ranges up to now: name in the address, text of the link, and length in hours.</summary>
    internal static readonly (string Name, string Text, int Hours)[] Ranges
        = [("24h", "24 hours", 24), ("7d", "7 days", 7 * 24), ("30d", "30 days", 30 * 24)];

    /// <summary>
    /// Gets the name of a range up to now, or null for the days from <see cref="FirstDay"/> to <see cref="LastDay"/>.
    /// </summary>
    public string? Range { get; init; }

    /// <summary>Gets the first day as entered, or null for none.</summary>
    public string? FirstDay { get; init; }

    /// <summary>Gets the last day as entered, or null for today.</summary>
    public string? LastDay { get; init; }

    /// <summary>Gets the id of the key, or null for all keys of the workspace.</summary>
    public string? KeyId { get; init; }

    /// <summary>Gets a value that indicates whether the period before is shown too.</summary>
    public bool IsCompared { get; init; }

    /// <summary>Gets the query of an address.</summary>
    /// <param name="withKey">Whether the query names the key.</param>
    public string ToQuery(bool withKey)
    {
        (string Name, string? Value)[] values =
        [
            ("range", Range), ("from", Range is null ? FirstDay : null), ("to", Range is null ? LastDay : null),
            ("key", withKey ? KeyId : null), ("compare", IsCompared ? "1" : null),
        ];
        var given = values.Where(value => value.Value is not null)
            .Select(value => $"{value.Name}={Uri.EscapeDataString(value.Value!)}");
        return "?" + string.Join('&', given);
    }

    /// <summary>Reads the days as times of UTC.</summary>
    /// <param name="now">The time of the request.</param>
    /// <param name="errors">Receives what is wrong.</param>
    /// <returns>The start, and the end or null for now.</returns>
    internal (DateTimeOffset From, DateTimeOffset? To) Read(DateTimeOffset now, ICollection<FormError> errors)
    {
        if (Range is not null)
        {
            return (now.AddHours(-Ranges.First(range => range.Name == Range).Hours), null);
        }

        var from = Day("from", FirstDay, errors);
        var to = LastDay is null ? null : Day("to", LastDay, errors);
        if (from > (to ?? now))
        {
            errors.Add(new FormError("from", to is null ? "From is later than today." : "From is later than to."));
        }

        return (from ?? now, to is { } last && last.Date < now.UtcDateTime.Date ? last.AddDays(1) : null);
    }

    private static DateTimeOffset? Day(string field, string? text, ICollection<FormError> errors)
    {
        if (DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day))
        {
            return day;
        }

        errors.Add(new FormError(
            field, $"{(field == "from" ? "From" : "To")} must be a day such as 2030-01-31."));
        return null;
    }
}
