namespace HirePanda.ApiKeys;

/// <summary>The options with the catalog, secret format and hasher that are compiled from them once.</summary>
/// <param name="options">The valid options.</param>
internal sealed class CompiledApiKeyOptions(ApiKeyOptions options)
{
    public ApiKeyOptions Options { get; } = options;

    public CompiledCatalog Catalog { get; } = new(options.Catalog, options.DefaultRateLimit);

    public SecretFormat Format { get; } = new(options.Brand, options.Catalog.Types.Select(type => type.Prefix));

    public SecretHasher Hasher { get; } = new(
        options.Hashing.Pepper, options.Hashing.PreviousPeppers, options.Hashing.AcceptUnpepperedHashes);
}
