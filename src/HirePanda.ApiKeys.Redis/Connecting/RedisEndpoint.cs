using StackExchange.Redis;

namespace HirePanda.ApiKeys;

/// <summary>What the host passed to <c>AddRedis</c>: how to connect, or its own connection.</summary>
internal sealed class RedisEndpoint
{
    /// <summary>
    /// The longest time for one attempt to connect, in milliseconds. A server that hangs must not delay later attempts.
    /// </summary>
    private const int MaxConnectTimeout = 1000;

    private const int ReconnectInterval = 500;

    private readonly Func<ConfigurationOptions>? _configuration;
    private readonly Func<IConnectionMultiplexer>? _connection;

    /// <param name="configuration">The delegate that creates the configuration of a connection.</param>
    public RedisEndpoint(Func<ConfigurationOptions> configuration) => _configuration = configuration;

    /// <param name="connection">The delegate that gets the host's connection.</param>
    public RedisEndpoint(Func<IConnectionMultiplexer> connection) => _connection = connection;

    /// <summary>Gets a value that indicates whether the library disposes the connection.</summary>
    public bool IsOwn => _configuration is not null;

    /// <summary>Connects, or gets the host's connection. If the server is unavailable, the connection is made later.</summary>
    /// <exception cref="Exception">The configuration is not valid.</exception>
    public async Task<IConnectionMultiplexer> ConnectAsync()
    {
        if (_configuration is null)
        {
            return _connection!();
        }

        var configuration = _configuration();
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.ConnectTimeout = Math.Min(configuration.ConnectTimeout, MaxConnectTimeout);
        configuration.ConnectRetry = 1;
        configuration.ReconnectRetryPolicy = new LinearRetry(ReconnectInterval);
        configuration.HeartbeatInterval = TimeSpan.FromMilliseconds(ReconnectInterval);
        return await ConnectionMultiplexer.ConnectAsync(configuration).ConfigureAwait(false);
    }
}
