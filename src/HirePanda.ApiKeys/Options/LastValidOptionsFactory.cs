using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Makes options as the framework does, but keeps the last valid ones when a reload of configuration brings others: the first
/// must be valid or the host does not start; a later mistake must not refuse every request.
/// </summary>
internal sealed class LastValidOptionsFactory(
    IEnumerable<IConfigureOptions<ApiKeyOptions>> setups,
    IEnumerable<IPostConfigureOptions<ApiKeyOptions>> postConfigures,
    IEnumerable<IValidateOptions<ApiKeyOptions>> validations,
    ILogger<LastValidOptionsFactory> logger) : IOptionsFactory<ApiKeyOptions>
{
    private readonly OptionsFactory<ApiKeyOptions> _factory = new(setups, postConfigures, validations);
    private readonly ConcurrentDictionary<string, ApiKeyOptions> _last = new(StringComparer.Ordinal);

    public ApiKeyOptions Create(string name)
    {
        try
        {
            return _last[name] = _factory.Create(name);
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException or FormatException)
        {
            if (!_last.TryGetValue(name, out var last))
            {
                throw;
            }

            Log.OptionsInvalid(logger, exception);
            return last;
        }
    }
}
