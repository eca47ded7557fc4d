using System.Net;
using System.Net.Sockets;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>
/// The network between an application and its database, which can be cut: connections break wherever they are, new ones are
/// refused.
/// </summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _host;
    private readonly int _port;
    private readonly Lock _lock = new();
    private readonly HashSet<TcpClient> _open = [];
    private readonly Task _accepting;
    private bool _isCut;

    public Link(string host, int port)
    {
        (_host, _port) = (host, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Cuts or restores the link.</summary>
    public void Cut(bool isCut)
    {
        lock (_lock)
        {
            _isCut = isCut;
            foreach (var connection in isCut ? _open : [])
            {
                connection.Close();
            }

            _open.RemoveWhere(_ => isCut);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        Cut(true);
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = CarryAsync(client);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var server = new TcpClient();
        try
        {
            await server.ConnectAsync(_host, _port);
            lock (_lock)
            {
                if (_isCut)
                {
                    client.Close();
                    return;
                }

                _open.Add(client);
                _open.Add(server);
            }

            await Task.WhenAny(
                client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
        }
        catch (Exception exception) when (exception is SocketException or IOException or InvalidOperationException)
        {
            // The link was cut, or one end closed the connection.
        }
        finally
        {
            client.Close();
            lock (_lock)
            {
                _open.Remove(client);
                _open.Remove(server);
            }
        }
    }
}
