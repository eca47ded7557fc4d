using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Derives the id of a new key from an idempotency key. A repeated creation has the same id on every node, and the store refuses
/// a second key with it.
/// </summary>
internal static class IdempotentId
{
    private const int MaxLength = 200;
    private const int IdBytes = 16;

    /// <summary>Checks an idempotency key.</summary>
    public static void Check(string? value, KeyRequestValidator rules)
    {
        if (value is { Length: 0 or > MaxLength } || value.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            rules.Refuse("idempotencyKey", $"must have 1 to {MaxLength} visible ASCII characters");
        }
    }

    /// <summary>Derives an id. Two workspaces or two actors never get the same id for the same value.</summary>
    public static string Derive(string workspace, string? actor, string value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(workspace);
        Append(actor ?? "");
        Append(value);
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, IdBytes));

        // The length before each part keeps different parts from having the same bytes.
        void Append(string part)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }
}
