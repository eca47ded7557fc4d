using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>The 32-byte SHA-256 (with a pepper: HMAC-SHA256) of a secret: all that is stored of it.</summary>
public readonly struct ApiKeyHash : IEquatable<ApiKeyHash>
{
    /// <summary>The number of bytes of a hash: 32.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Wraps the bytes of a hash.</summary>
    /// <param name="bytes">Exactly 32 bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> has another length.</exception>
    public ApiKeyHash(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>Reads the 64 hexadecimal digits that <see cref="ToString"/> writes; either case.</summary>
    /// <param name="text">The digits.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not 64 hexadecimal digits.</exception>
    public static ApiKeyHash Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 2 * Size
            ? new ApiKeyHash(Convert.FromHexString(text))
            : throw new FormatException($"A hash is {2 * Size} hexadecimal digits, not {text.Length} characters.");
    }

    /// <summary>The 32 bytes, for a binary column.</summary>
    public byte[] ToByteArray()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _a);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), _b);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(16), _c);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(24), _d);
        return bytes;
    }

    /// <summary>64 lower-case hexadecimal digits, for a text column.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToByteArray());

    /// <inheritdoc/>
    public bool Equals(ApiKeyHash other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ApiKeyHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _a.GetHashCode();

    /// <summary>Whether two hashes are the same.</summary>
    public static bool operator ==(ApiKeyHash left, ApiKeyHash right) => left.Equals(right);

    /// <summary>Whether two hashes differ.</summary>
    public static bool operator !=(ApiKeyHash left, ApiKeyHash right) => !left.Equals(right);
}
