using System.Security.Cryptography;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Hashes secrets: SHA-256, or HMAC-SHA256 with a pepper. Index 0 is how new keys are hashed, the others are how older keys
/// may have been. Each thread keeps its hash's state, since making one costs more than hashing a secret.
/// </summary>
internal sealed class SecretHasher(string? pepper, IEnumerable<string> previousPeppers, bool acceptUnpeppered)
{
    /// <summary>The largest number of variants: ways to hash one secret.</summary>
    public const int MaxVariants = 3;

    private readonly ThreadLocal<IncrementalHash>[] _variants =
    [
        pepper is null ? Plain() : Peppered(pepper),
        .. previousPeppers.Select(Peppered),
        .. acceptUnpeppered && pepper is not null ? new[] { Plain() } : [],
    ];

    public int Variants => _variants.Length;

    public ApiKeyHash Hash(ReadOnlySpan<byte> secret, int variant = 0)
    {
        Span<byte> bytes = stackalloc byte[ApiKeyHash.Size];
        var hash = _variants[variant].Value!;
        hash.AppendData(secret);
        hash.GetHashAndReset(bytes);
        return new ApiKeyHash(bytes);
    }

    private static ThreadLocal<IncrementalHash> Plain() => new(static () => IncrementalHash.CreateHash(HashAlgorithmName.SHA256));

    private static ThreadLocal<IncrementalHash> Peppered(string pepper)
    {
        var key = Encoding.UTF8.GetBytes(pepper);
        return new(() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key));
    }
}
