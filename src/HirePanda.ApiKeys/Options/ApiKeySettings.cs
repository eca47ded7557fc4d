using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>Holds the compiled options of the scheme. It compiles them again whenever a bound configuration changes.</summary>
internal sealed class ApiKeySettings : IDisposable
{
    private readonly IDisposable? _subscription;
    private volatile CompiledApiKeyOptions _current;

    public ApiKeySettings(IOptionsMonitor<ApiKeyOptions> monitor, IOptionsMonitorCache<ApiKeyOptions> cache)
    {
        _current = new CompiledApiKeyOptions(monitor.Get(ApiKeyDefaults.AuthenticationScheme));
        _subscription = monitor.OnChange((changed, name) =>
        {
            if (name == Microsoft.Extensions.Options.Options.DefaultName)
            {
                // Configuration that is bound without a name applies to the scheme, but the monitor removes only its own name.
                cache.TryRemove(ApiKeyDefaults.AuthenticationScheme);
                _current = new CompiledApiKeyOptions(monitor.Get(ApiKeyDefaults.AuthenticationScheme));
            }
            else if (name == ApiKeyDefaults.AuthenticationScheme)
            {
                _current = new CompiledApiKeyOptions(changed);
            }
        });
    }

    public CompiledApiKeyOptions Current => _current;

    public void Dispose() => _subscription?.Dispose();
}
