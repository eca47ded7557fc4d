using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A server without sockets: it hands out exchanges, each of which calls the application that the host started.</summary>
internal sealed class SocketlessServer : IServer
{
    private Func<string?, Exchange>? _connect;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Opens a connection whose requests all carry this Authorization field; null: none.</summary>
    public Exchange Connect(string? authorization)
        => (_connect ?? throw new InvalidOperationException("The host was not started."))(authorization);

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _connect = authorization => new Exchange<TContext>(application, authorization);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        // It holds nothing.
    }
}
