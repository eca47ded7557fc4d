namespace HirePanda.ApiKeys;

/// <summary>The options, compiled to what requests need of them.</summary>
/// <param name="options">The valid options.</param>
internal sealed class CompiledApiKeyOptions(ApiKeyOptions options)
{
    public ApiKeyOptions Options { get; } = options;

    public CompiledCatalog Catalog { get; } = new(options.Catalog, options.DefaultRateLimit);

    public SecretFormat Format { get; } = new(options.Brand, options.Catalog.Types.Select(type => type.Prefix));

    public SecretHasher Hasher { get; } = new(options.Pepper, options.PreviousPeppers, options.AcceptUnpepperedHashes);
}
