using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace HirePanda.ApiKeys;

/// <summary>
/// Binds <c>Authentication:Schemes:ApiKey</c>, where the framework's own schemes have their options. Every other source
/// overrides it.
/// </summary>
internal sealed class SchemeConfiguration(IAuthenticationConfigurationProvider? provider = null, IConfiguration? host = null)
    : IConfigureNamedOptions<ApiKeyOptions>, IOptionsChangeTokenSource<ApiKeyOptions>
{
    private const string Scheme = ApiKeyDefaults.AuthenticationScheme;

    /// <summary>
    /// The section. Only <c>AddAuthentication()</c> registers the provider, and the library does not need that call.
    /// </summary>
    private readonly IConfiguration? _section =
        provider?.GetSchemeConfiguration(Scheme) ?? host?.GetSection($"Authentication:Schemes:{Scheme}");

    public string Name => Scheme;

    public void Configure(ApiKeyOptions options) => Configure(Name, options);

    public void Configure(string? name, ApiKeyOptions options)
    {
        if (name == Scheme && _section is not null)
        {
            OptionsConfiguration.Bind(options, _section);
        }
    }

    public IChangeToken GetChangeToken() => _section?.GetReloadToken() ?? new CancellationChangeToken(CancellationToken.None);
}
