using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>The page of a list that a request asks for.</summary>
internal static class PageQuery
{
    public static ApiKeyPageOptions Read(string? cursor, string? limit) => new() { Cursor = cursor, Limit = ReadLimit(limit) };

    /// <summary>Reads <c>true</c> or <c>false</c>, in any case. An absent flag is false.</summary>
    public static bool TryReadFlag(string? text, out bool value)
    {
        value = string.Equals(text, "true", StringComparison.OrdinalIgnoreCase);
        return value || text is null || string.Equals(text, "false", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The <c>limit</c> of a list; 0, which no list accepts, where it is no number.</summary>
    public static int ReadLimit(string? text)
        => text is null ? 50
            : text.All(char.IsAsciiDigit)
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit
            : 0;
}
