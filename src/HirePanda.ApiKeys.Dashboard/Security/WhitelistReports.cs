using System.Net;
using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Reads from the audit log which addresses a whitelist that only reports would have refused.</summary>
internal static class WhitelistReports
{
    private const int MaxPages = 5;
    private const int PageSize = 200;
    private const int MaxShown = 20;

    private static readonly TimeSpan _window = TimeSpan.FromDays(7);

    /// <summary>
    /// Reads the addresses of the last 7 days that are still not on the list. The result is null if the whitelist does not only
    /// report, or the user may not see the audit log.
    /// </summary>
    public static async Task<WhitelistReport?> ReadAsync(DashboardRequest request, ApiKeyWorkspace stored)
    {
        if (WhitelistChange.ModeOf(stored) != WhitelistMode.Report)
        {
            return null;
        }

        var networks = stored.AllowedNetworks.Select(Parse).ToList();
        var addresses = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        string? cursor = null;
        for (var page = 0; page < MaxPages; page++)
        {
            var entries = await request.Get<ApiKeyWorkspaceManager>().ListAuditAsync(
                request.Actor,
                new ApiKeyAuditListOptions
                {
                    Action = AuditActions.AllowlistReport,
                    From = request.Now - _window,
                    Limit = PageSize,
                    Cursor = cursor,
                },
                request.Aborted).ConfigureAwait(false);
            if (entries.Failure is not null)
            {
                return null;
            }

            foreach (var entry in entries.Value!.Items)
            {
                if (IPAddress.TryParse(entry.Address, out var address))
                {
                    address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
                    if (!networks.Exists(network => network?.Contains(address) == true))
                    {
                        addresses.TryAdd(address.ToString(), entry.At);
                    }
                }
            }

            if ((cursor = entries.Value.NextCursor) is null)
            {
                break;
            }
        }

        return new([.. addresses.Take(MaxShown).Select(address => (address.Key, address.Value))], addresses.Count);
    }

    /// <summary>Parses an entry of the whitelist, which is an address or a network.</summary>
    private static IPNetwork? Parse(string text)
        => IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address)
                ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
                : null;
}
