using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Generates and recognizes secrets: <c>{brand}_{type}_{30 random base62}{6 checksum}</c>. The checksum is the CRC-32 of
/// everything before it, in base62. It reveals a typo without I/O, and secret scanners can verify it.
/// </summary>
internal sealed class SecretFormat
{
    /// <summary>The maximum length of a secret. The brand and the type have at most 16 characters each.</summary>
    public const int MaxLength = 16 + 1 + 16 + 1 + RandomLength + ChecksumLength;

    private const int RandomLength = 30;
    private const int ChecksumLength = 6;
    private const int HintRandomLength = 4;

    private readonly string _brandPrefix;
    private readonly byte[][] _prefixes;

    /// <summary>Creates the format for a brand and its types.</summary>
    /// <param name="brand">The start of every secret.</param>
    /// <param name="typePrefixes">The prefixes of the types.</param>
    public SecretFormat(string brand, IEnumerable<string> typePrefixes)
    {
        _brandPrefix = brand + "_";
        _prefixes = [.. typePrefixes.Select(prefix => Encoding.ASCII.GetBytes(Prefix(prefix)))];
    }

    /// <summary>Determines whether a token starts with the brand. It does not check whether the token is well-formed.</summary>
    public bool IsOurs(ReadOnlySpan<char> token) => token.StartsWith(_brandPrefix, StringComparison.Ordinal);

    /// <summary>Determines whether the shape, the type and the checksum of a secret are correct.</summary>
    public bool IsWellFormed(ReadOnlySpan<byte> ascii)
    {
        foreach (var prefix in _prefixes)
        {
            if (ascii.StartsWith(prefix))
            {
                return ascii.Length == prefix.Length + RandomLength + ChecksumLength
                    && Base62.IsBase62(ascii[prefix.Length..])
                    && HasChecksum(ascii);
            }
        }

        return false;
    }

    /// <summary>Generates a secret of a type, from <see cref="RandomNumberGenerator"/>.</summary>
    public string Generate(string typePrefix)
    {
        var body = Prefix(typePrefix) + RandomNumberGenerator.GetString(Base62.Alphabet, RandomLength);
        Span<byte> checksum = stackalloc byte[ChecksumLength];
        Base62.Write(Crc32.HashToUInt32(Encoding.ASCII.GetBytes(body)), checksum);
        return body + Encoding.ASCII.GetString(checksum);
    }

    /// <summary>Gets the non-secret start of a secret: its prefix and 4 of the 30 random characters.</summary>
    public static string Hint(ReadOnlySpan<char> secret)
        => string.Concat(secret[..^(RandomLength + ChecksumLength - HintRandomLength)], "…");

    /// <summary>Gets the start of every secret of a type.</summary>
    public string Prefix(string typePrefix) => $"{_brandPrefix}{typePrefix}_";

    private static bool HasChecksum(ReadOnlySpan<byte> ascii)
    {
        var body = ascii[..^ChecksumLength];
        Span<byte> checksum = stackalloc byte[ChecksumLength];
        Base62.Write(Crc32.HashToUInt32(body), checksum);
        return ascii[body.Length..].SequenceEqual(checksum);
    }
}
