using System.Security.Cryptography;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Hashes secrets: SHA-256, or HMAC-SHA256 with a pepper. Index 0 is how new keys are hashed, the others are how older keys
/// may have been.
/// </summary>
internal sealed class SecretHasher(string? pepper, IEnumerable<string> previousPeppers, bool acceptUnpeppered)
{
    /// <summary>How many ways there can be to hash one secret.</summary>
    public const int MaxWays = 3;

    private readonly byte[]?[] _peppers =
    [
        pepper is null ? null : Encoding.UTF8.GetBytes(pepper),
        .. previousPeppers.Select(Encoding.UTF8.GetBytes),
        .. acceptUnpeppered && pepper is not null ? new byte[]?[] { null } : [],
    ];

    public int Ways => _peppers.Length;

    public ApiKeyHash Hash(ReadOnlySpan<byte> secret, int way = 0)
    {
        Span<byte> hash = stackalloc byte[ApiKeyHash.Size];
        if (_peppers[way] is { } key)
        {
            HMACSHA256.HashData(key, secret, hash);
        }
        else
        {
            SHA256.HashData(secret, hash);
        }

        return new ApiKeyHash(hash);
    }
}
