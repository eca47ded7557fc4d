using System.Diagnostics.CodeAnalysis;
using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds API keys to a host.</summary>
public static class ApiKeyServiceCollectionExtensions
{
    /// <summary>
    /// Adds API keys: the scheme <see cref="ApiKeyDefaults.AuthenticationScheme"/>, a policy for every tier and permission, the IP
    /// allowlist and the rate limiter. A second call configures the same options.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <returns>A builder, on which the host sets its store.</returns>
    public static ApiKeyBuilder AddHirePandaApiKeys(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.InEffect(typeof(ApiKeyVerifier)) is not null)
        {
            return new ApiKeyBuilder(services);
        }

        // Not AddAuthentication, which adds data protection: it reads and writes a key ring when the host starts, and no API key needs one.
        // Whoever adds a further scheme calls it.
        services.AddAuthenticationCore(options => options.AddScheme<ApiKeyHandler>(ApiKeyDefaults.AuthenticationScheme, displayName: null));
        services.AddWebEncoders();
        services.AddTransient<ApiKeyHandler>();
        services.AddOptions<ApiKeyOptions>(ApiKeyDefaults.AuthenticationScheme)
            .PostConfigure<TimeProvider>((options, time) => options.TimeProvider ??= time).ValidateOnStart();
        services.AddSingleton<IOptionsFactory<ApiKeyOptions>, LastValidOptionsFactory>();
        services.AddSingleton<IValidateOptions<ApiKeyOptions>, ApiKeyOptionsValidator>();
        services.AddSingleton<StartupValidator>();
        services.AddHostedService(provider => provider.GetRequiredService<StartupValidator>());
        services.AddSingleton<IStartupFilter, EndpointPermissionCheck>();

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ApiKeySettings>();
        services.AddSingleton<MonotonicClock>();
        services.AddSingleton<RateLimiter>();
        services.AddSingleton<KeyCache>();
        services.AddSingleton<StoreReader>();
        services.AddSingleton<KeyLookup>();
        services.AddSingleton<FailureThrottle>();
        services.AddSingleton<AllowlistReports>();
        services.AddSingleton<LimitReports>();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<WorkspaceInvalidationTokens>();
        services.AddSingleton<ChangeEvents>();
        services.AddSingleton<UsageBudget>();
        services.AddSingleton<KeyActivities>();
        services.AddSingleton<EndpointNames>();
        services.AddSingleton<Countries>();
        services.AddSingleton<UsageRecorder>();
        services.AddSingleton<UsagePending>();
        services.AddSingleton<UsageMetrics>();
        services.AddSingleton<AlertSums>();
        services.AddSingleton<AlertRaiser>();
        services.AddSingleton<IApiKeyAlertSink, LogAlertSink>();
        services.TryAddSingleton<IHostResolver, DnsResolver>();
        services.AddSingleton<HostLookups>();
        services.AddSingleton<WebhookTargets>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookClient>();

        // They end in the opposite order: whoever alerts before whoever stores.
        services.AddHostedService<BackgroundJobs>();
        services.AddJob<UsageFlusher>();
        services.AddJob<LastUsedWriter>();
        services.AddJob<ChangePoller>();
        services.AddJob<AlertSumWriter>();
        services.AddJob<ActivityWatch>();
        services.AddJob<AlertWatch>();
        services.AddJob<AllowlistAudit>();
        services.AddJob<AlertReminders>();
        services.AddJob<WebhookSender>();
        services.AddMetrics();
        services.AddSingleton<ApiKeyMetrics>();
        services.AddSingleton<ResponseHeaders>();
        services.AddSingleton<RequestCompletion>();
        services.AddSingleton<VerdictCounters>();
        services.AddObserver<VerdictCounters>();
        services.AddObserver<FailureThrottle>();
        services.AddObserver<FailedAttempts>();
        services.AddObserver<LimitReports>();
        services.AddObserver<AllowlistReports>();
        services.AddSingleton(provider => new ApiKeyVerifier(
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<KeyLookup>(),
            provider.GetRequiredService<FailureThrottle>(),
            provider.GetRequiredService<MonotonicClock>(),
            provider.GetServices<IVerdictObserver>(),
            provider.GetRequiredService<TimeProvider>()));

        services.AddAuthorization();
        services.AddSingleton<CatalogPolicies>();
        services.TryAddSingleton<IApiKeyActorResolver, ApiKeyActorResolver>();
        services.Decorate<IAuthorizationPolicyProvider>((provider, inner)
            => new ApiKeyPolicyProvider(inner, provider.GetRequiredService<CatalogPolicies>()));
        services.ReplaceFrameworks<IPolicyEvaluator, PolicyEvaluator, ApiKeyPolicyEvaluator>();
        services.Decorate<IAuthorizationMiddlewareResultHandler>((provider, inner)
            => new ApiKeyAuthorizationResultHandler(inner, provider.GetRequiredService<ApiKeySettings>()));

        services.AddSingleton(provider => new ApiKeyPermissionEvaluator(provider.GetRequiredService<ApiKeySettings>()));
        services.AddSingleton(provider => new ApiKeyHasher(provider.GetRequiredService<ApiKeySettings>()));
        services.AddSingleton(provider => new ApiKeyIssuer(provider.GetRequiredService<ApiKeySettings>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RefusalBudget>();
        services.AddScoped<ManagementStores>();
        services.AddScoped<ChangeWriter>();
        services.AddScoped<RefusalAudit>();
        services.AddScoped(provider => new ApiKeyManager(
            provider.GetRequiredService<ManagementStores>(),
            provider.GetRequiredService<ChangeWriter>(),
            provider.GetRequiredService<RefusalAudit>(),
            provider.GetRequiredService<ApiKeyIssuer>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddScoped(provider => new ApiKeyWorkspaceManager(
            provider.GetRequiredService<ManagementStores>(),
            provider.GetRequiredService<ChangeWriter>(),
            provider.GetRequiredService<RefusalAudit>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddScoped(provider => new ApiKeyUsageReporter(
            provider.GetRequiredService<ManagementStores>(),
            provider.GetRequiredService<ApiKeyManager>(),
            provider.GetRequiredService<UsageFlusher>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddScoped(provider => new ApiKeyAlertManager(
            provider.GetRequiredService<ManagementStores>(),
            provider.GetRequiredService<RefusalAudit>(),
            provider.GetRequiredService<WebhookTargets>(),
            provider.GetRequiredService<WebhookSecrets>(),
            provider.GetRequiredService<ApiKeySettings>(),
            provider.GetRequiredService<TimeProvider>()));
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
    /// A section with options by name, such as <c>ApiKeys</c>. A list of the catalog that it names, such as <c>Catalog:Tiers</c>,
    /// replaces the catalog's list. A change applies to the next request, except for the capacities of the caches. A change that
    /// is not valid is logged and ignored.
    /// </param>
    public static ApiKeyBuilder AddHirePandaApiKeys(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = services.AddHirePandaApiKeys();
        services.Configure<ApiKeyOptions>(
            ApiKeyDefaults.AuthenticationScheme,
            options => CatalogConfiguration.Prepare(options.Catalog, configuration.GetSection(nameof(options.Catalog))));
        services.Configure<ApiKeyOptions>(ApiKeyDefaults.AuthenticationScheme, configuration);
        return builder;
    }

    /// <summary>The registration that counts so far: the last one; null: there is none.</summary>
    internal static ServiceDescriptor? InEffect(this IServiceCollection services, Type type)
        => services.LastOrDefault(service => service.ServiceType == type && !service.IsKeyedService);

    private static void AddJob<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TJob>(this IServiceCollection services)
        where TJob : BackgroundJob
    {
        services.AddSingleton<TJob>();
        services.AddSingleton<BackgroundJob>(provider => provider.GetRequiredService<TJob>());
    }

    private static void AddObserver<TObserver>(this IServiceCollection services)
        where TObserver : class, IVerdictObserver
        => services.AddSingleton<IVerdictObserver>(provider => provider.GetRequiredService<TObserver>());

    /// <summary>Puts a type derived from the framework's in its place, with the same lifetime; a host's own stays.</summary>
    private static void ReplaceFrameworks<TService, TFrameworks, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TOurs>(
        this IServiceCollection services)
        where TService : class
        where TOurs : class, TFrameworks, TService
    {
        var current = services.InEffect(typeof(TService))!;
        if (current.ImplementationType == typeof(TFrameworks))
        {
            services.Replace(ServiceDescriptor.Describe(typeof(TService), typeof(TOurs), current.Lifetime));
        }
    }

    /// <summary>Wraps the service that is in effect so far.</summary>
    private static void Decorate<TService>(this IServiceCollection services, Func<IServiceProvider, TService, TService> decorate)
        where TService : class
    {
        var inner = services.InEffect(typeof(TService))!;

        // The framework's own are stateless transients, made anew for every request; wrapped, one serves all.
        var isFrameworks = inner.ImplementationType?.Assembly == typeof(DefaultAuthorizationPolicyProvider).Assembly
            || inner.ImplementationType?.Assembly == typeof(PolicyEvaluator).Assembly;
        var innerKey = new object();
        services.Remove(inner);
        services.Add(Keyed(inner, innerKey));
        services.Add(ServiceDescriptor.Describe(
            typeof(TService),
            provider => decorate(provider, provider.GetRequiredKeyedService<TService>(innerKey)),
            isFrameworks ? ServiceLifetime.Singleton : inner.Lifetime));

        // Under a key of its own the inner service stays the container's, to make and to dispose of.
        static ServiceDescriptor Keyed(ServiceDescriptor service, object key) => service switch
        {
            { ImplementationInstance: { } instance } => new(service.ServiceType, key, instance),
            { ImplementationFactory: { } factory } => new(service.ServiceType, key, (provider, _) => factory(provider), service.Lifetime),
            _ => new(service.ServiceType, key, service.ImplementationType!, service.Lifetime),
        };
    }
}
