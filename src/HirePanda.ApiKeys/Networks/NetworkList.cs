using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Networks compiled for matching. The ranges of each IP version are sorted and merged, so that matching a thousand networks
/// costs little more than matching one.
/// </summary>
internal sealed class NetworkList
{
    private readonly SortedRanges<uint> _ipv4;
    private readonly SortedRanges<UInt128> _ipv6;

    public NetworkList(IEnumerable<IpNetwork> networks)
    {
        var both = networks.ToLookup(network => network.IsIPv4);
        _ipv4 = new(Merge(both[true]).ConvertAll(range => ((uint)range.First, (uint)range.Last)));
        _ipv6 = new(Merge(both[false]));
    }

    /// <summary>Compiles networks from a store. The result is null if the list is empty, which means no restriction.</summary>
    /// <exception cref="FormatException">
    /// A text is not a network. Ignoring it could admit or refuse the wrong callers.
    /// </exception>
    public static NetworkList? Compile(IReadOnlyList<string> networks)
        => networks.Count == 0 ? null : new(networks.Select(text => IpNetwork.TryParse(text, out var network)
            ? network
            : throw new FormatException($"'{text}' is not an IP address or CIDR network.")));

    /// <summary>Determines whether an address is on the list. An unknown address (null) is on no list.</summary>
    public bool Contains(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var number = IpNetwork.ToNumber(address, out var isIPv4);
        return Contains(isIPv4, number, number);
    }

    /// <summary>Determines whether every address of a network is on the list.</summary>
    public bool Contains(IpNetwork network) => Contains(network.IsIPv4, network.First, network.Last);

    private bool Contains(bool isIPv4, UInt128 first, UInt128 last)
        => isIPv4 ? _ipv4.Contains((uint)first, (uint)last) : _ipv6.Contains(first, last);

    private static List<(UInt128 First, UInt128 Last)> Merge(IEnumerable<IpNetwork> networks)
    {
        var merged = new List<(UInt128 First, UInt128 Last)>();
        foreach (var network in networks.OrderBy(network => network.First))
        {
            // Adjacent ranges merge too, so that a network counts as listed if both of its halves are.
            if (merged.Count > 0 && (network.First == 0 || network.First - 1 <= merged[^1].Last))
            {
                merged[^1] = (merged[^1].First, UInt128.Max(merged[^1].Last, network.Last));
            }
            else
            {
                merged.Add((network.First, network.Last));
            }
        }

        return merged;
    }
}
