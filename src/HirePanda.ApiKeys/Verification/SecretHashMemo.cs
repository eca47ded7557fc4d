namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers the hash of a secret for a caller that is known to present the same secret again, such as a kept-alive connection.
/// Every other step of verification runs each time.
/// </summary>
internal sealed class SecretHashMemo
{
    private CompiledApiKeyOptions? _options;
    private ApiKeyHash _hash;

    /// <summary>Remembers the hash, unless the host decides about each secret: it may decide otherwise the next time.</summary>
    public void Remember(CompiledApiKeyOptions options, in ApiKeyHash hash)
        => (_hash, _options) = (hash, options.Options.IsLegacySecret is null ? options : null);

    public void Forget() => _options = null;

    /// <summary>Gets the hash, unless secrets are read or hashed in another way by now.</summary>
    public bool TryGet(CompiledApiKeyOptions options, out ApiKeyHash hash)
    {
        hash = _hash;
        return _options == options;
    }
}
