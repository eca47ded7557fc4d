using HirePanda.ApiKeys;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds API keys to a host.</summary>
public static class ApiKeyServiceCollectionExtensions
{
    /// <summary>
    /// Adds API keys: the scheme <see cref="ApiKeyDefaults.AuthenticationScheme"/>, a policy for every tier and permission, the
    /// IP allowlist and the rate limiter. Options come from <c>Authentication:Schemes:ApiKey</c> in the host's configuration,
    /// if there is such a section, and from <c>services.Configure&lt;ApiKeyOptions&gt;(…)</c>. A second call configures the
    /// same options.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <returns>A builder, on which the host sets its store.</returns>
    public static ApiKeyBuilder AddHirePandaApiKeys(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.InEffect(typeof(ApiKeyVerifier)) is null)
        {
            // In the order of the rooms, which is the order of their jobs too. The jobs' runner comes last, so that nothing runs
            // in a host whose checks at start fail.
            services
                .AddOptionsServices()
                .AddTelemetryServices()
                .AddRateLimitingServices()
                .AddCountingServices()
                .AddKeysServices()
                .AddVerificationServices()
                .AddAuthenticationServices()
                .AddAuthorizationServices()
                .AddUsageServices()
                .AddWebhooksServices()
                .AddAlertsServices()
                .AddManagementServices()
                .AddBackgroundServices();
        }

        return new ApiKeyBuilder(services);
    }

    /// <inheritdoc cref="AddHirePandaApiKeys(IServiceCollection)"/>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets options.</param>
    public static ApiKeyBuilder AddHirePandaApiKeys(this IServiceCollection services, Action<ApiKeyOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = services.AddHirePandaApiKeys();
        services.Configure(ApiKeyDefaults.AuthenticationScheme, configure);
        return builder;
    }

    /// <inheritdoc cref="AddHirePandaApiKeys(IServiceCollection)"/>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">
    /// A section with options by name, such as <c>ApiKeys</c>. A list that it names, such as <c>HeaderNames</c> or
    /// <c>Catalog:Tiers</c>, replaces the list that was there. A change applies to the next request, except for the capacities of
    /// the caches. A change that is not valid is logged and ignored.
    /// </param>
    public static ApiKeyBuilder AddHirePandaApiKeys(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = services.AddHirePandaApiKeys();
        services.Configure<ApiKeyOptions>(
            ApiKeyDefaults.AuthenticationScheme, options => OptionsConfiguration.Bind(options, configuration));
        services.AddSingleton<IOptionsChangeTokenSource<ApiKeyOptions>>(
            new ConfigurationChangeTokenSource<ApiKeyOptions>(ApiKeyDefaults.AuthenticationScheme, configuration));
        return builder;
    }
}
