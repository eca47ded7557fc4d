using System.Globalization;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>Says which characters people may put into text that other people read, in tables, logs and alerts.</summary>
internal static class Characters
{
    /// <summary>
    /// Determines whether a string is text: no half of a surrogate pair, which no store keeps, no control character, no end of a
    /// line or paragraph, and nothing invisible that changes the order of text (Unicode TR9, section 2) or hides in it.
    /// </summary>
    public static bool AreText(string text)
    {
        // Nearly all names are printable ASCII, and every request with a further credential has three.
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return true;
        }

        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || !IsAllowed(rune))
            {
                return false;
            }

            i += rune.Utf16SequenceLength;
        }

        return true;
    }

    /// <summary>Determines whether a character shows.</summary>
    public static bool IsVisible(Rune rune)
        => !Rune.IsWhiteSpace(rune)
            && Rune.GetUnicodeCategory(rune) is not (
                UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.NonSpacingMark);

    private static bool IsAllowed(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,

        // Persian, Indic scripts and emoji need the joiners. Signs of Arabic, Syriac and Kaithi show, though they have this
        // category.
        UnicodeCategory.Format => rune.Value is 0x200C or 0x200D or (
            >= 0x0600 and <= 0x0605) or 0x06DD or 0x070F or 0x0890 or 0x0891
            or 0x08E2 or 0x110BD or 0x110CD,
        _ => true,
    };
}
