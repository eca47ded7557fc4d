using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>
/// Creates options as the framework does, with three differences. The scheme's own section of configuration comes first. Setups
/// without a name apply to the scheme. If a reload makes the options invalid, the last valid options stay in effect: a host does
/// not start with invalid options, but a later mistake must not cause every request to be refused.
/// </summary>
internal sealed class ApiKeyOptionsFactory(
    SchemeConfiguration scheme,
    IEnumerable<IConfigureOptions<ApiKeyOptions>> setups,
    IEnumerable<IPostConfigureOptions<ApiKeyOptions>> postConfigures,
    IEnumerable<IValidateOptions<ApiKeyOptions>> validations,
    ILogger<ApiKeyOptionsFactory> logger) : IOptionsFactory<ApiKeyOptions>
{
    private readonly OptionsFactory<ApiKeyOptions> _factory = new(
        [scheme, .. setups.Select(UnnamedSetup.ForScheme)],
        postConfigures.Select(UnnamedSetup.ForScheme),
        validations.Select(UnnamedSetup.ForScheme));

    private readonly ConcurrentDictionary<string, ApiKeyOptions> _last = new(StringComparer.Ordinal);

    public ApiKeyOptions Create(string name)
    {
        name = name == Microsoft.Extensions.Options.Options.DefaultName ? ApiKeyDefaults.AuthenticationScheme : name;
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
