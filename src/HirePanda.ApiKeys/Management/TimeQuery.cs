using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>Reads times in the query of a request.</summary>
internal static class TimeQuery
{
    /// <summary>Reads a time, or a day alone, which is a day of UTC.</summary>
    /// <returns>The time, or null if there is none. An error is added if the text is not a time.</returns>
    public static DateTimeOffset? Read(string name, string? text, ErrorList errors)
    {
        if (text is null)
        {
            return null;
        }

        if (IsoTime.TryParse(text, out var time)
            || DateTimeOffset.TryParseExact(
                text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time))
        {
            return time;
        }

        errors.Add(name, "must be a day such as 2030-01-31, or a time with offset such as 2030-01-31T12:00:00Z");
        return null;
    }
}
