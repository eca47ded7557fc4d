using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>The options of the scheme, compiled; made anew whenever a bound configuration changes.</summary>
internal sealed class ApiKeySettings : IDisposable
{
    private readonly IDisposable? _subscription;
    private volatile CompiledApiKeyOptions _current;

    public ApiKeySettings(IOptionsMonitor<ApiKeyOptions> options)
    {
        _current = new CompiledApiKeyOptions(options.Get(ApiKeyDefaults.AuthenticationScheme));
        _subscription = options.OnChange((changed, name) =>
        {
            if (name == ApiKeyDefaults.AuthenticationScheme)
            {
                _current = new CompiledApiKeyOptions(changed);
            }
        });
    }

    public CompiledApiKeyOptions Current => _current;

    public void Dispose() => _subscription?.Dispose();
}
