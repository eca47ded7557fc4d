using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// A connection that many callers share, like that of a proxy. Each request has another key, in a header that was just received.
/// </summary>
internal sealed class KeyCaller(KeyTable table, int waiting)
{
    private readonly Exchange _exchange = table.Connect();
    private readonly Queue<string> _received = new(waiting);

    public void Receive(int number) => _received.Enqueue("Bearer " + table.Secrets[number]);

    public void Send()
    {
        _exchange.Headers.Authorization = _received.Dequeue();
        if (!_exchange.SendAsync().IsCompletedSuccessfully || _exchange.Response.StatusCode != StatusCodes.Status200OK)
        {
            throw new InvalidOperationException("A request had to wait or was refused, so its time is not valid.");
        }
    }
}
