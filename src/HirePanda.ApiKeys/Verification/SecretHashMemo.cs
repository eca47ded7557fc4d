namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers the hash of a secret for a source that presents the same secret again, such as a kept-alive connection. All other
/// steps of verification run each time.
/// </summary>
internal sealed class SecretHashMemo
{
    private CompiledApiKeyOptions? _options;
    private ApiKeyHash _hash;

    /// <summary>
    /// Remembers the hash, unless the host has a predicate for secrets of an older system. The predicate may decide differently
    /// the next time.
    /// </summary>
    public void Remember(CompiledApiKeyOptions options, in ApiKeyHash hash)
        => (_hash, _options) = (hash, options.Options.IsLegacySecret is null ? options : null);

    public void Forget() => _options = null;

    /// <summary>Gets the hash, unless the options have changed since it was remembered.</summary>
    public bool TryGet(CompiledApiKeyOptions options, out ApiKeyHash hash)
    {
        hash = _hash;
        return _options == options;
    }
}
