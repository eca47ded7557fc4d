using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>The page of a list that a request asks for.</summary>
internal static class PageQuery
{
    public static ApiKeyPageOptions Read(string? cursor, string? limit) => new() { Cursor = cursor, Limit = ReadLimit(limit) };

    /// <summary>The <c>limit</c> of a list; 0, which no list accepts, where it is no number.</summary>
    public static int ReadLimit(string? text)
        => text is null ? 50
            : text.All(char.IsAsciiDigit)
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit
            : 0;
}
