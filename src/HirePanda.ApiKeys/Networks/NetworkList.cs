using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>Networks compiled for matching: per family sorted, merged ranges, so that a thousand cost a binary search.</summary>
internal sealed class NetworkList
{
    private readonly AddressRange[] _ipv4;
    private readonly AddressRange[] _ipv6;

    public NetworkList(IEnumerable<IpNetwork> networks)
    {
        var both = networks.ToLookup(network => network.IsIPv4);
        _ipv4 = Merge(both[true]);
        _ipv6 = Merge(both[false]);
    }

    /// <summary>Compiles the text that a store holds; null where it is empty, which is no restriction.</summary>
    /// <exception cref="FormatException">A network cannot be read; nobody may be admitted on a guess.</exception>
    public static NetworkList? Compile(IReadOnlyList<string> networks)
        => networks.Count == 0 ? null : new(networks.Select(text => IpNetwork.TryParse(text, out var network)
            ? network
            : throw new FormatException($"'{text}' is not an IP address or CIDR network.")));

    /// <summary>Whether the list admits an address; no address (null) is refused.</summary>
    public bool Contains(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var number = IpNetwork.ToNumber(address, out var isIPv4);
        return Contains(isIPv4 ? _ipv4 : _ipv6, number, number);
    }

    /// <summary>Whether every address of a network is on the list.</summary>
    public bool Contains(IpNetwork network) => Contains(network.IsIPv4 ? _ipv4 : _ipv6, network.First, network.Last);

    private static bool Contains(AddressRange[] ranges, UInt128 first, UInt128 last)
    {
        int low = 0, high = ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (ranges[middle].Last < first)
            {
                low = middle + 1;
            }
            else if (ranges[middle].First > first)
            {
                high = middle - 1;
            }
            else
            {
                return last <= ranges[middle].Last;
            }
        }

        return false;
    }

    private static AddressRange[] Merge(IEnumerable<IpNetwork> networks)
    {
        var merged = new List<AddressRange>();
        foreach (var network in networks.OrderBy(network => network.First))
        {
            // Neighbours merge too, so that a network made of two listed halves counts as listed.
            if (merged.Count > 0 && (network.First == 0 || network.First - 1 <= merged[^1].Last))
            {
                merged[^1] = merged[^1] with { Last = UInt128.Max(merged[^1].Last, network.Last) };
            }
            else
            {
                merged.Add(new AddressRange(network.First, network.Last));
            }
        }

        return [.. merged];
    }

    private readonly record struct AddressRange(UInt128 First, UInt128 Last);
}
