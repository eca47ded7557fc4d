namespace HirePanda.ApiKeys.Stores;

/// <summary>Finds keys. Authentication needs nothing else of a host.</summary>
/// <remarks>
/// The store may have any lifetime, because every read runs in its own service scope. The library caches the result, so a call is
/// a cache miss and not a request. Each store interface is a service of its own: a host can decorate or replace one of them and
/// keep the others.
/// </remarks>
public interface IApiKeyStore
{
    /// <summary>Finds the key whose <see cref="ApiKey.Hash"/> is one of <paramref name="hashes"/>.</summary>
    /// <param name="hashes">The hashes of one secret: usually one, and up to three while a pepper is replaced.</param>
    /// <param name="cancellationToken">Is canceled when the read takes too long. The caller of an API never cancels it.</param>
    /// <returns>The key in any status, or null if no key has one of the hashes.</returns>
    /// <exception cref="Exception">
    /// The store cannot answer. The exception can have any type. The library uses what it has cached, or answers 503.
    /// </exception>
    ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken);
}
