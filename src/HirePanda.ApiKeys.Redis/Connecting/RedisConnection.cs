using StackExchange.Redis;

namespace HirePanda.ApiKeys;

/// <summary>Holds the connection to Redis, which it makes once.</summary>
internal sealed class RedisConnection(RedisEndpoint endpoint) : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private volatile IConnectionMultiplexer? _multiplexer;

    /// <summary>Occurs when a connection is lost or made again.</summary>
    public event Action? Changed;

    /// <summary>Gets the connection, or null before the first attempt to connect has ended.</summary>
    public IConnectionMultiplexer? Multiplexer => _multiplexer;

    /// <summary>Gets the commands, or null before the first attempt to connect has ended.</summary>
    public IDatabase? Database { get; private set; }

    /// <summary>Connects, unless it is done.</summary>
    /// <exception cref="Exception">The configuration is not valid.</exception>
    public async ValueTask<IConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_multiplexer is { } known)
        {
            return known;
        }

        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_multiplexer is null)
            {
                var multiplexer = await endpoint.ConnectAsync().ConfigureAwait(false);
                multiplexer.ConnectionFailed += OnChanged;
                multiplexer.ConnectionRestored += OnChanged;
                Database = multiplexer.GetDatabase();
                _multiplexer = multiplexer;
            }

            return _multiplexer;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_multiplexer is not { } multiplexer)
        {
            return;
        }

        multiplexer.ConnectionFailed -= OnChanged;
        multiplexer.ConnectionRestored -= OnChanged;
        if (endpoint.IsOwn)
        {
            // A server that hangs must not delay the end of the process.
            await multiplexer.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
            await multiplexer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void OnChanged(object? sender, ConnectionFailedEventArgs e) => Changed?.Invoke();
}
