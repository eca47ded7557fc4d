namespace HirePanda.ApiKeys;

/// <summary>
/// What a secret alone says, kept by whoever is sure to present the very same secret again: its hash when it was found in the cache, or that
/// it is malformed. Nothing else is remembered, so that every other step of verification is taken anew each time; and nothing at all where
/// the host is asked for secrets of an older system, since it may answer otherwise the next time.
/// </summary>
internal sealed class SecretHashMemo
{
    private CompiledApiKeyOptions? _settings;
    private ApiKeyHash _hash;
    private bool _isMalformed;

    /// <summary>Whether nothing is known.</summary>
    public bool IsEmpty => _settings is null;

    public void Remember(CompiledApiKeyOptions settings, in ApiKeyHash hash) => (_settings, _hash, _isMalformed) = (Lasting(settings), hash, false);

    public void RememberMalformed(CompiledApiKeyOptions settings) => (_settings, _isMalformed) = (Lasting(settings), true);

    public void Forget() => _settings = null;

    /// <summary>Whether it is known to be malformed, unless secrets are read in another way by now.</summary>
    public bool IsMalformed(CompiledApiKeyOptions settings) => _isMalformed && _settings == settings;

    /// <summary>The hash, unless secrets are hashed in another way by now.</summary>
    public bool TryGet(CompiledApiKeyOptions settings, out ApiKeyHash hash)
    {
        hash = _hash;
        return !_isMalformed && _settings == settings;
    }

    private static CompiledApiKeyOptions? Lasting(CompiledApiKeyOptions settings) => settings.Options.IsLegacySecret is null ? settings : null;
}
