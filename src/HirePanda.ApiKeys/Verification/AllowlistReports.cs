using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys;

/// <summary>
/// Says whom a report-only allowlist would have refused: a metric for every request; a log entry and an event once an hour for a
/// workspace and address.
/// </summary>
internal sealed class AllowlistReports(ApiKeyMetrics metrics, ILogger<AllowlistReports> logger)
{
    private const int MaxAddresses = 10_000;

    private readonly ConcurrentDictionary<(string Workspace, IPAddress Address), long> _said = new();

    public event Action<ApiKey, IPAddress?, DateTimeOffset>? Reported;

    public void Report(ApiKey key, IPAddress? address, DateTimeOffset now)
    {
        metrics.Reported();

        // What nobody hears yet is not said.
        if (Reported is { } reported && IsNews((key.Workspace, address ?? IPAddress.None), now.UtcTicks))
        {
            Log.WouldRefuse(logger, key.Workspace, key.Id, address?.ToString() ?? "(none)");
            reported(key, address, now);
        }
    }

    /// <summary>True for the one of several requests at once that says it.</summary>
    private bool IsNews((string Workspace, IPAddress Address) pair, long now)
    {
        if (_said.TryGetValue(pair, out var said))
        {
            return now - said >= TimeSpan.TicksPerHour && _said.TryUpdate(pair, now, said);
        }

        if (_said.Count >= MaxAddresses)
        {
            _said.Clear();
        }

        return _said.TryAdd(pair, now);
    }
}
