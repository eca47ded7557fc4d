using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Says whom a report-only allowlist would have refused: a metric for every request; a log entry and an event once an hour for a
/// client, and for a limited number of clients of a workspace.
/// </summary>
internal sealed class AllowlistReports(ApiKeyMetrics metrics, ILogger<AllowlistReports> logger) : IVerdictObserver
{
    /// <summary>How many clients of a workspace are said in an hour.</summary>
    public const int MaxClients = 100;

    private const int MaxWorkspaces = 10_000;

    private readonly ConcurrentDictionary<string, Clients> _said = new(StringComparer.Ordinal);

    public event Action<ApiKey, IPAddress?, DateTimeOffset>? Reported;

    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        if (verdict is { IsValid: true, Live.WorkspaceAllowlist: { IsReportOnly: true } allowlist }
            && !allowlist.Admits(context.Address))
        {
            Report(verdict.Key, context.Address, started);
        }
    }

    private void Report(ApiKey key, IPAddress? address, long now)
    {
        metrics.Reported();

        // What nobody hears yet is not said.
        if (Reported is { } reported && Of(key.Workspace).IsNews(ClientPartition.From(address), now / TimeSpan.TicksPerHour))
        {
            Log.WouldRefuse(logger, key.Workspace, key.Id, address?.ToString() ?? "(none)", MaxClients);
            reported(key, address, new DateTimeOffset(now, TimeSpan.Zero));
        }
    }

    private Clients Of(string workspace)
    {
        if (_said.TryGetValue(workspace, out var clients))
        {
            return clients;
        }

        if (_said.Count >= MaxWorkspaces)
        {
            _said.Clear();
        }

        return _said.GetOrAdd(workspace, static _ => new Clients());
    }

    /// <summary>The clients of a workspace that were said in an hour.</summary>
    private sealed class Clients
    {
        private readonly HashSet<ClientPartition> _clients = [];
        private long _hour;

        /// <summary>True for one of several requests at once.</summary>
        public bool IsNews(ClientPartition client, long hour)
        {
            lock (_clients)
            {
                if (hour != _hour)
                {
                    _hour = hour;
                    _clients.Clear();
                }

                return _clients.Count < MaxClients && _clients.Add(client);
            }
        }
    }
}
