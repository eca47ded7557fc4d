using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Networks compiled for matching: per family sorted, merged ranges, so that a thousand cost a binary search. A few of IPv4, which is what
/// most keys have, are in the object itself.
/// </summary>
internal sealed class NetworkList
{
    private const int Few = 4;

    /// <summary>So few ranges are counted through.</summary>
    private const int AtOnce = 8;

    private readonly AddressRange<uint>[]? _ipv4;
    private readonly AddressRange<UInt128>[]? _ipv6;
    private readonly int _count;
    private readonly FewRanges _few;

    public NetworkList(IEnumerable<IpNetwork> networks)
    {
        var both = networks.ToLookup(network => network.IsIPv4);
        var ipv4 = Merge(both[true]).ConvertAll(range => new AddressRange<uint>((uint)range.First, (uint)range.Last));
        var ipv6 = Merge(both[false]);
        if ((_count = ipv4.Count) <= Few)
        {
            ipv4.CopyTo(_few);
        }
        else
        {
            _ipv4 = [.. ipv4];
        }

        _ipv6 = ipv6.Count == 0 ? null : [.. ipv6];
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
        return Contains(isIPv4, number, number);
    }

    /// <summary>Whether every address of a network is on the list.</summary>
    public bool Contains(IpNetwork network) => Contains(network.IsIPv4, network.First, network.Last);

    private bool Contains(bool isIPv4, UInt128 first, UInt128 last)
        => isIPv4
            ? Contains<uint>(_ipv4 ?? ((ReadOnlySpan<AddressRange<uint>>)_few)[.._count], (uint)first, (uint)last)
            : Contains<UInt128>(_ipv6, first, last);

    /// <summary>
    /// Looks in the last range that begins at or before the first address. Each step quarters what is left without a branch, which
    /// addresses in no order would have the processor guess wrong every other time.
    /// </summary>
    private static bool Contains<T>(ReadOnlySpan<AddressRange<T>> ranges, T first, T last)
        where T : IComparisonOperators<T, T, bool>
    {
        var (low, left) = (0, ranges.Length);
        while (left > AtOnce)
        {
            var step = left / 4;
            low += step * (One(ranges[low + step].First <= first) + One(ranges[low + (2 * step)].First <= first) + One(ranges[low + (3 * step)].First <= first));
            left -= 3 * step;
        }

        var begun = 0;
        for (var i = 1; i < left; i++)
        {
            begun += One(ranges[low + i].First <= first);
        }

        low += begun;
        return low < ranges.Length && ranges[low].First <= first && last <= ranges[low].Last;
    }

    /// <summary>1 where something holds, else 0: a number to count with, not a branch.</summary>
    private static int One(bool holds) => holds ? 1 : 0;

    private static List<AddressRange<UInt128>> Merge(IEnumerable<IpNetwork> networks)
    {
        var merged = new List<AddressRange<UInt128>>();
        foreach (var network in networks.OrderBy(network => network.First))
        {
            // Neighbours merge too, so that a network made of two listed halves counts as listed.
            if (merged.Count > 0 && (network.First == 0 || network.First - 1 <= merged[^1].Last))
            {
                merged[^1] = merged[^1] with { Last = UInt128.Max(merged[^1].Last, network.Last) };
            }
            else
            {
                merged.Add(new AddressRange<UInt128>(network.First, network.Last));
            }
        }

        return merged;
    }

    private readonly record struct AddressRange<T>(T First, T Last);

    [InlineArray(Few)]
    private struct FewRanges
    {
        private AddressRange<uint> _first;
    }
}
