using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>The options of the scheme, compiled; made anew whenever a bound configuration changes.</summary>
internal sealed class ApiKeySettings : IDisposable
{
    private readonly IDisposable? _subscription;
    private volatile Compiled _current;

    public ApiKeySettings(IOptionsMonitor<ApiKeyOptions> options)
    {
        _current = new Compiled(options.Get(ApiKeyDefaults.AuthenticationScheme));
        _subscription = options.OnChange((changed, name) =>
        {
            if (name == ApiKeyDefaults.AuthenticationScheme)
            {
                _current = new Compiled(changed);
            }
        });
    }

    public Compiled Current => _current;

    public void Dispose() => _subscription?.Dispose();

    internal sealed class Compiled(ApiKeyOptions options)
    {
        public ApiKeyOptions Options { get; } = options;

        public CompiledCatalog Catalog { get; } = new(options.Catalog, options.DefaultRateLimit);

        public SecretFormat Format { get; } = new(options.Brand, options.Catalog.Types);

        public SecretHasher Hasher { get; } = new(options.Pepper, options.PreviousPeppers, options.AcceptUnpepperedHashes);
    }
}
