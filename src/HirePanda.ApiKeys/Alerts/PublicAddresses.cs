using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Which addresses are anybody's to reach. Everything else (a host's own network, its cloud's metadata service) is no target for
/// addresses that callers choose. After the IANA registries of special-purpose addresses (RFC 6890).
/// </summary>
internal static class PublicAddresses
{
    private static readonly NetworkList _globalUnicast = NetworkList.Compile(["2000::/3"])!;

    private static readonly NetworkList _special = NetworkList.Compile(
    [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "3fff::/20",
    ])!;

    /// <summary>The well-known prefix by which IPv6-only networks reach IPv4 (RFC 6052); the IPv4 address is at its end.</summary>
    private static readonly NetworkList _nat64 = NetworkList.Compile(["64:ff9b::/96"])!;

    /// <summary>6to4 (RFC 3056): the IPv4 address follows the prefix.</summary>
    private static readonly NetworkList _sixToFour = NetworkList.Compile(["2002::/16"])!;

    public static bool Contains(IPAddress address)
    {
        var number = IpNetwork.ToNumber(address, out var isIPv4);
        if (isIPv4)
        {
            return !_special.Contains(address);
        }

        return _nat64.Contains(address) ? IsPublicIPv4((uint)number)
            : _sixToFour.Contains(address) ? IsPublicIPv4((uint)(number >> 80))
            : _globalUnicast.Contains(address) && !_special.Contains(address);
    }

    private static bool IsPublicIPv4(uint number)
        => Contains(new IPAddress([(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number]));
}
