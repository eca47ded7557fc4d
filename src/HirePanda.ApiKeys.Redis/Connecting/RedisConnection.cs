using StackExchange.Redis;

namespace HirePanda.ApiKeys;

/// <summary>Holds the connection to Redis, which it makes once.</summary>
internal sealed class RedisConnection(RedisEndpoint endpoint) : IAsyncDisposable, IDisposable
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

    /// <summary>Closes the connection of a container that is disposed synchronously.</summary>
    public void Dispose()
    {
        if (Release() is { } own)
        {
            own.Close(allowCommandsToComplete: false);
            own.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Release() is { } own)
        {
            // A server that hangs must not delay the end of the process.
            await own.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
            await own.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops to observe the connection.</summary>
    /// <returns>The connection to close, or null if there is none or the host closes it.</returns>
    private IConnectionMultiplexer? Release()
    {
        if (_multiplexer is not { } multiplexer)
        {
            return null;
        }

        multiplexer.ConnectionFailed -= OnChanged;
        multiplexer.ConnectionRestored -= OnChanged;
        return endpoint.IsOwn ? multiplexer : null;
    }

    private void OnChanged(object? sender, ConnectionFailedEventArgs e) => Changed?.Invoke();
}
