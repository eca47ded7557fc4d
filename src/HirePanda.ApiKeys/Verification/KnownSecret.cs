namespace HirePanda.ApiKeys;

/// <summary>
/// The hash of a secret that was found in the cache, kept by whoever is sure to present the very same secret again: nothing else is
/// remembered, so that every other step of verification is taken anew each time.
/// </summary>
internal sealed class KnownSecret
{
    private SecretHasher? _hasher;
    private ApiKeyHash _hash;

    public void Remember(SecretHasher hasher, in ApiKeyHash hash) => (_hasher, _hash) = (hasher, hash);

    public void Forget() => _hasher = null;

    /// <summary>The hash, unless secrets are hashed in another way by now.</summary>
    public bool TryGet(SecretHasher hasher, out ApiKeyHash hash)
    {
        hash = _hash;
        return _hasher == hasher;
    }
}
