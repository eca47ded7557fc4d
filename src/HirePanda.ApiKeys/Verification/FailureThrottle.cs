using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts unknown and revoked secrets per client, so that guessing costs the store nothing. A client is an IPv4 address after
/// un-mapping or an IPv6 /64; callers without address are one client. The table is local and bounded; it drops the oldest.
/// </summary>
internal sealed class FailureThrottle(ApiKeySettings settings, ApiKeyMetrics metrics, MonotonicClock clock)
{
    private const int MaxClients = 100_000;

    private readonly Dictionary<Client, long> _clients = [];
    private readonly Queue<Client> _oldest = new();
    private readonly Lock _lock = new();

    /// <summary>Ticks until the client may miss the cache again; 0: now.</summary>
    public long Wait(IPAddress? address)
    {
        lock (_lock)
        {
            var client = Client.Of(address);
            if (!_clients.TryGetValue(client, out var tat))
            {
                return 0;
            }

            return Rule.UntilAny(tat, clock.Now);
        }
    }

    /// <summary>Counts a failure.</summary>
    public void CountFailure(IPAddress? address)
    {
        metrics.Failed();
        var client = Client.Of(address);
        lock (_lock)
        {
            if (!_clients.TryGetValue(client, out var tat))
            {
                if (_clients.Count == MaxClients)
                {
                    _clients.Remove(_oldest.Dequeue());
                }

                _oldest.Enqueue(client);
            }

            Rule.Take(ref tat, clock.Now, 1, out _);
            _clients[client] = tat;
        }
    }

    private Gcra Rule => new(new RateLimit(settings.Current.Options.FailedAttemptsPerMinute, TimeSpan.FromMinutes(1)));
}
