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
    /// <returns>The builder, which sets the host's store.</returns>
    public static ApiKeyBuilder AddHirePandaApiKeys(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.InEffect(typeof(ApiKeyVerifier)) is null)
        {
            // The order is the order of the rooms, and therefore of their jobs. The service that runs the jobs comes last, so
            // that no job runs if a startup check fails.
            services
                .AddOptionsServices()
                .AddTelemetryServices()
                .AddRateLimitingServices()
                .AddCountingServices()
                .AddKeysServices()
                .AddVerificationServices()
                .AddAuthenticationServices()
                .AddCredentialsServices()
                .AddAuthorizationServices()
                .AddAccessServices()
                .AddUsageServices()
                .AddHealthServices()
                .AddWebhooksServices()
                .AddAlertsServices()
                .AddManagementServices()
                .AddBackgroundServices();
        }

        return new ApiKeyBuilder(services);
    }

    /// <inheritdoc cref="AddHirePandaApiKeys(IServiceCollection)"/>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">The delegate that sets options.</param>
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
    /// A section with options by name, such as <c>ApiKeys</c>. A list that it contains, such as <c>HeaderNames</c> or
    /// <c>Catalog:Tiers</c>, replaces the existing list. A change applies to the next request, except for the capacities of the
    /// caches. A change that is not valid is logged and ignored.
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
