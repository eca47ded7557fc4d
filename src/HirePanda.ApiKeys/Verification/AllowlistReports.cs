using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Reports requests that a report-only allowlist would have refused. A metric counts every request. A log message and an event
/// report each client once an hour, and at most <see cref="MaxClients"/> clients of a workspace.
/// </summary>
internal sealed class AllowlistReports(ApiKeyMetrics metrics, ILogger<AllowlistReports> logger) : IVerdictObserver
{
    /// <summary>The maximum number of clients of a workspace that are reported in an hour.</summary>
    public const int MaxClients = 100;

    private const int MaxWorkspaces = 10_000;

    private readonly ConcurrentDictionary<string, Clients> _reported = new(StringComparer.Ordinal);

    /// <summary>
    /// Occurs with the workspace, the id of the key or client, the address or null if it is unknown, and the time.
    /// </summary>
    public event Action<string, string, IPAddress?, DateTimeOffset>? Reported;

    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        if (verdict is { IsValid: true, Live: { WorkspaceAllowlist: { IsReportOnly: true } allowlist, Key: var key } })
        {
            Check(allowlist, key.Workspace, key.Id, context.Address, started);
        }
    }

    /// <summary>Reports an admitted request if a report-only allowlist would have refused it.</summary>
    /// <param name="allowlist">The allowlist.</param>
    /// <param name="workspace">The workspace of the allowlist.</param>
    /// <param name="id">The id of the key or client.</param>
    /// <param name="address">The client's address, or null if it is unknown.</param>
    /// <param name="now">The time in ticks.</param>
    public void Check(Allowlist allowlist, string workspace, string id, IPAddress? address, long now)
    {
        if (allowlist.Admits(address))
        {
            return;
        }

        metrics.CountReported();

        // Without a listener nothing is recorded, so that a later listener still receives the report.
        if (Reported is { } reported
            && GetClients(workspace).TryAdd(ClientPartition.From(address), now / TimeSpan.TicksPerHour))
        {
            Log.WouldRefuse(logger, workspace, id, address?.ToString() ?? "(none)", MaxClients);
            reported(workspace, id, address, new DateTimeOffset(now, TimeSpan.Zero));
        }
    }

    private Clients GetClients(string workspace)
    {
        if (_reported.TryGetValue(workspace, out var clients))
        {
            return clients;
        }

        if (_reported.Count >= MaxWorkspaces)
        {
            _reported.Clear();
        }

        return _reported.GetOrAdd(workspace, static _ => new Clients());
    }

    /// <summary>The clients of a workspace that were reported in the current hour.</summary>
    private sealed class Clients
    {
        private readonly HashSet<ClientPartition> _clients = [];
        private long _hour;

        /// <summary>Adds a client. The result is false if it was already reported in the hour, or if the set is full.</summary>
        public bool TryAdd(ClientPartition client, long hour)
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
