using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Hashes secrets as the host's options say: with SHA-256, or with HMAC-SHA256 if a pepper is configured. Use it to move keys
/// from another system. The service is a singleton.
/// </summary>
public sealed class ApiKeyHasher
{
    private readonly ApiKeySettings _settings;

    internal ApiKeyHasher(ApiKeySettings settings) => _settings = settings;

    /// <summary>
    /// Hashes a secret with the current pepper. The result is what <see cref="ApiKey.Hash"/> of a new key holds.
    /// </summary>
    /// <param name="secret">The whole secret, as callers send it.</param>
    public ApiKeyHash Hash(string secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        return _settings.Current.Hasher.Hash(Encoding.UTF8.GetBytes(secret));
    }
}
