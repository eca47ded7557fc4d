using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>
/// Reads times as callers write them in bodies and queries: ISO 8601, with an offset and with any number of fraction digits.
/// </summary>
internal static class IsoTime
{
    private const int MaxFraction = 7;

    private static readonly string[] _formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mmzzz"];

    /// <summary>Reads a time. Digits beyond 100 nanoseconds are dropped.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        // The framework takes Z for an offset, but not together with a format that demands one.
        var withOffset = text.EndsWith('Z') ? $"{text[..^1]}+00:00" : text;
        var fraction = withOffset.IndexOf('.', StringComparison.Ordinal) + 1;
        if (fraction > 0)
        {
            var digits = withOffset.AsSpan(fraction).IndexOfAnyExceptInRange('0', '9');
            if (digits is 0 or < 0)
            {
                time = default;
                return false;
            }

            withOffset = withOffset.Remove(fraction + Math.Min(digits, MaxFraction), Math.Max(0, digits - MaxFraction));
        }

        return DateTimeOffset.TryParseExact(withOffset, _formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }
}
