using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts unknown, revoked and disabled secrets for each client (see <see cref="ClientPartition"/>), so that guessing secrets
/// causes few reads of the store. All clients of an IPv6 /48, which may be one site, together can fail ten times as often as one
/// client. The tables are local and bounded, and drop the oldest entry.
/// </summary>
internal sealed class FailureThrottle(ApiKeySettings settings, ApiKeyMetrics metrics, MonotonicClock clock) : IVerdictObserver
{
    /// <summary>The limit of an IPv6 /48, as a multiple of the limit of a client.</summary>
    private const int ClientsPerSite = 10;

    private readonly Failures _clients = new();
    private readonly Failures _sites = new();
    private readonly Lock _lock = new();

    /// <summary>Gets the time until the client may cause a read of the store, in ticks, or 0 if it may now.</summary>
    public long GetWait(IPAddress? address)
    {
        var (client, now) = (ClientPartition.From(address), Now);
        lock (_lock)
        {
            var wait = _clients.Wait(client, Rule(1), now);
            return client.Site is { } site ? Math.Max(wait, _sites.Wait(site, Rule(ClientsPerSite), now)) : wait;
        }
    }

    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        if (verdict.Outcome is not (ApiKeyOutcome.Unknown or ApiKeyOutcome.Revoked or ApiKeyOutcome.Disabled))
        {
            return;
        }

        metrics.CountFailedAttempt();
        var (client, now) = (ClientPartition.From(context.Address), Now);
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
        => new(new RateLimit(clients * settings.Current.Options.FailedAttempts.PerMinute, TimeSpan.FromMinutes(1)));

    private long Now => clock.Now;

    /// <summary>A bounded table with the failures of clients.</summary>
    private sealed class Failures
    {
        private const int MaxClients = 100_000;

        private readonly Dictionary<ClientPartition, long> _times = [];
        private readonly Queue<ClientPartition> _oldest = new();

        public long Wait(ClientPartition client, Gcra rule, long now)
            => _times.TryGetValue(client, out var tat) ? rule.UntilAny(tat, now) : 0;

        public void Count(ClientPartition client, Gcra rule, long now)
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
