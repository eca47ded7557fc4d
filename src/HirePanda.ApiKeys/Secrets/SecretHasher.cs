using System.Security.Cryptography;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Hashes secrets with SHA-256, or with HMAC-SHA256 if there is a pepper. Variant 0 hashes new keys. Older keys can have been
/// hashed with one of the other variants. Each thread keeps its hash object, because creating one costs more than hashing a
/// secret.
/// </summary>
internal sealed class SecretHasher(string? pepper, IEnumerable<string> previousPeppers, bool acceptUnpeppered)
{
    /// <summary>The maximum number of variants, which are the ways to hash one secret.</summary>
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
