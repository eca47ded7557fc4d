using HirePanda.ApiKeys;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shares rate limits and invalidations between processes through Redis.</summary>
public static class RedisApiKeyBuilderExtensions
{
    private const string MultipleCalls = "AddRedis is called twice. Remove one of the calls.";

    /// <summary>
    /// Counts rate limits and failed attempts in Redis, so that they apply to all processes together, and publishes changes of
    /// keys, so that other processes drop them from their caches within milliseconds. Redis 6.0 or later is required.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">
    /// The connection string of StackExchange.Redis, such as <c>localhost:6379</c>. If it is not valid, the host logs an error
    /// or stops at start, as <see cref="RedisApiKeyOptions.DegradationMode"/> says.
    /// </param>
    /// <param name="configure">The delegate that sets options, or null for the defaults. The default is null.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">The method was called before.</exception>
    public static ApiKeyBuilder AddRedis(
        this ApiKeyBuilder builder, string connectionString, Action<RedisApiKeyOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return Add(builder, _ => new RedisEndpoint(() => ConfigurationOptions.Parse(connectionString)), configure);
    }

    /// <inheritdoc cref="AddRedis(ApiKeyBuilder, string, Action{RedisApiKeyOptions}?)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">
    /// The configuration of the connection. The library adjusts a copy of it, so that a lost connection fails fast.
    /// </param>
    /// <param name="configure">The delegate that sets options, or null for the defaults. The default is null.</param>
    public static ApiKeyBuilder AddRedis(
        this ApiKeyBuilder builder, ConfigurationOptions configuration, Action<RedisApiKeyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Add(builder, _ => new RedisEndpoint(configuration.Clone), configure);
    }

    /// <inheritdoc cref="AddRedis(ApiKeyBuilder, string, Action{RedisApiKeyOptions}?)"/>
    /// <param name="builder">The builder.</param>
    /// <param name="connection">
    /// The delegate that gets the host's own connection. The host disposes the connection. Set its <c>AbortOnConnectFail</c> to
    /// false and its <c>ReconnectRetryPolicy</c> to a second or less, so that limits are soon shared again after an outage.
    /// </param>
    /// <param name="configure">The delegate that sets options, or null for the defaults. The default is null.</param>
    public static ApiKeyBuilder AddRedis(
        this ApiKeyBuilder builder,
        Func<IServiceProvider, IConnectionMultiplexer> connection,
        Action<RedisApiKeyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return Add(builder, services => new RedisEndpoint(() => connection(services)), configure);
    }

    private static ApiKeyBuilder Add(
        ApiKeyBuilder builder, Func<IServiceProvider, RedisEndpoint> endpoint, Action<RedisApiKeyOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (services.Any(service => service.ServiceType == typeof(RedisEndpoint)))
        {
            throw new InvalidOperationException(MultipleCalls);
        }

        var options = services.AddOptions<RedisApiKeyOptions>().ValidateOnStart();
        services.AddSingleton<IValidateOptions<RedisApiKeyOptions>, RedisApiKeyOptionsValidator>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddSingleton(endpoint);
        services.AddSingleton<RedisConnection>();
        services.TryAddSingleton(_ => GcraScript.Load());
        services.AddSingleton<RedisCheck>();
        services.AddSingleton<RedisCircuit>();
        services.AddSingleton<RedisRateLimiter>();
        services.AddSingleton<ISharedRateLimiter>(provider => provider.GetRequiredService<RedisRateLimiter>());
        services.AddSingleton<ChangePublisher>();
        services.AddJob<RedisProbe>();
        services.AddJob<ChangeSubscription>();
        services.AddJob<SharedAttempts>();
        services.AddSingleton<IHealthSource, RedisHealth>();
        services.AddHostedService<RedisStartup>();
        return builder;
    }
}
