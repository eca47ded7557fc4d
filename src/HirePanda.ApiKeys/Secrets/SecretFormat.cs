using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// The shape of a secret: <c>{brand}_{type}_{30 random base62}{6 checksum}</c>. The checksum is the CRC-32 of everything
/// before it, in base62: a typo is refused without any I/O, and scanners can tell a secret from noise.
/// </summary>
internal sealed class SecretFormat
{
    /// <summary>No secret of ours is longer: brand and type have at most 16 characters each.</summary>
    public const int MaxLength = 16 + 1 + 16 + 1 + RandomLength + ChecksumLength;

    private const int RandomLength = 30;
    private const int ChecksumLength = 6;
    private const int HintRandomLength = 4;

    private readonly string _brandPrefix;
    private readonly byte[][] _prefixes;

    /// <param name="brand">The start of every secret.</param>
    /// <param name="typePrefixes">The prefixes of the types.</param>
    public SecretFormat(string brand, IEnumerable<string> typePrefixes)
    {
        _brandPrefix = brand + "_";
        _prefixes = [.. typePrefixes.Select(prefix => Encoding.ASCII.GetBytes(Prefix(prefix)))];
    }

    /// <summary>Whether a token claims to be one of ours, well-formed or not.</summary>
    public bool IsOurs(ReadOnlySpan<char> token) => token.StartsWith(_brandPrefix, StringComparison.Ordinal);

    /// <summary>Whether shape, type and checksum are right.</summary>
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

    public string Generate(string typePrefix)
    {
        var body = Prefix(typePrefix) + RandomNumberGenerator.GetString(Base62.Alphabet, RandomLength);
        Span<byte> checksum = stackalloc byte[ChecksumLength];
        Base62.Write(Crc32.HashToUInt32(Encoding.ASCII.GetBytes(body)), checksum);
        return body + Encoding.ASCII.GetString(checksum);
    }

    /// <summary>The non-secret start of a secret: its prefix and four characters of 30.</summary>
    public static string Hint(ReadOnlySpan<char> secret)
        => string.Concat(secret[..^(RandomLength + ChecksumLength - HintRandomLength)], "…");

    private string Prefix(string typePrefix) => $"{_brandPrefix}{typePrefix}_";

    private static bool HasChecksum(ReadOnlySpan<byte> ascii)
    {
        var body = ascii[..^ChecksumLength];
        Span<byte> checksum = stackalloc byte[ChecksumLength];
        Base62.Write(Crc32.HashToUInt32(body), checksum);
        return ascii[body.Length..].SequenceEqual(checksum);
    }
}
