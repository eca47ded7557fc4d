using System.Buffers;

namespace HirePanda.ApiKeys;

/// <summary>Writes and recognizes base62, with the digits in the order <c>0-9A-Za-z</c>.</summary>
internal static class Base62
{
    public const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<byte> _digits = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(Alphabet));

    public static bool IsBase62(ReadOnlySpan<byte> ascii) => !ascii.ContainsAnyExcept(_digits);

    /// <summary>Writes a number, left-padded with <c>0</c>. Six digits can hold any 32-bit number.</summary>
    public static void Write(uint value, Span<byte> digits)
    {
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            (value, var digit) = Math.DivRem(value, 62);
            digits[i] = (byte)Alphabet[(int)digit];
        }
    }
}
