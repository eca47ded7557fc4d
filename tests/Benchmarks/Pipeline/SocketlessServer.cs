using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>A server without sockets. It creates exchanges that call the application that the host started.</summary>
internal sealed class SocketlessServer : IServer
{
    private Func<string?, Exchange>? _connect;

    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Opens a connection whose requests all have the Authorization field, or do not have one if it is null.</summary>
    public Exchange Connect(string? authorization)
        => (_connect ?? throw new InvalidOperationException("The host has not been started."))(authorization);

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _connect = authorization => new Exchange<TContext>(application, authorization);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        // There is nothing to dispose of.
    }
}
