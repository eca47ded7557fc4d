using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts unknown and revoked secrets per client, so that guessing costs the store nothing. A client is an IPv4 address after
/// un-mapping or an IPv6 /64; callers without address are one client. All of an IPv6 /48, which one site may have, together get
/// ten times as many. The tables are local and bounded; they drop the oldest.
/// </summary>
internal sealed class FailureThrottle(ApiKeySettings settings, ApiKeyMetrics metrics, MonotonicClock clock)
{
    /// <summary>How many clients' failures a site may have.</summary>
    private const int ClientsPerSite = 10;

    private readonly Failures _clients = new();
    private readonly Failures _sites = new();
    private readonly Lock _lock = new();

    /// <summary>Ticks until the client may miss the cache again; 0: now.</summary>
    public long Wait(IPAddress? address)
    {
        var (client, now) = (Client.Of(address), Now);
        lock (_lock)
        {
            var wait = _clients.Wait(client, Rule(1), now);
            return client.Site is { } site ? Math.Max(wait, _sites.Wait(site, Rule(ClientsPerSite), now)) : wait;
        }
    }

    /// <summary>Counts a failure.</summary>
    public void CountFailure(IPAddress? address)
    {
        metrics.Failed();
        var (client, now) = (Client.Of(address), Now);
        lock (_lock)
        {
            _clients.Count(client, Rule(1), now);
            if (client.Site is { } site)
            {
                _sites.Count(site, Rule(ClientsPerSite), now);
            }
        }
    }

    private Gcra Rule(int clients)
        => new(new RateLimit(clients * settings.Current.Options.FailedAttemptsPerMinute, TimeSpan.FromMinutes(1)));

    private long Now => clock.Now;

    /// <summary>Who failed how often, in a bounded table.</summary>
    private sealed class Failures
    {
        private const int MaxClients = 100_000;

        private readonly Dictionary<Client, long> _times = [];
        private readonly Queue<Client> _oldest = new();

        public long Wait(Client client, Gcra rule, long now) => _times.TryGetValue(client, out var tat) ? rule.UntilAny(tat, now) : 0;

        public void Count(Client client, Gcra rule, long now)
        {
            if (!_times.TryGetValue(client, out var tat))
            {
                if (_times.Count == MaxClients)
                {
                    _times.Remove(_oldest.Dequeue());
                }

                _oldest.Enqueue(client);
            }

            rule.Take(ref tat, now, 1, out _);
            _times[client] = tat;
        }
    }
}
