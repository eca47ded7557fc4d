namespace HirePanda.ApiKeys;

/// <summary>Finds keys. This is all that authentication needs of a host; management needs <see cref="IApiKeyManagementStore"/>.</summary>
/// <remarks>
/// May be registered with any lifetime: every read runs in a service scope of its own. The library caches what it is given,
/// so a call is a miss, not a request.
/// </remarks>
public interface IApiKeyStore
{
    /// <summary>Finds the key whose <see cref="ApiKey.Hash"/> is one of <paramref name="hashes"/>.</summary>
    /// <param name="hashes">One hash; while a pepper is being replaced up to three, of one and the same secret.</param>
    /// <param name="cancellationToken">Cancelled when the read takes longer than the host allows, never by the caller of an API.</param>
    /// <returns>The key, whatever its status, or null when none has such a hash.</returns>
    /// <exception cref="Exception">Anything thrown means that the store cannot answer: the library serves what it still knows, else 503.</exception>
    ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken);
}
