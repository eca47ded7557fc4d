using System.Net;
using System.Net.Sockets;

namespace HirePanda.ApiKeys;

/// <summary>
/// Distinguishes addresses of the public internet from special-purpose addresses. The list follows the IANA registries of
/// special-purpose addresses (RFC 6890). Other packages compile this file too, so that there is only one list.
/// </summary>
internal static class PublicAddresses
{
    /// <summary>
    /// The IPv4 networks that are not public, and the networks inside <see cref="_globalUnicast"/> that are not public.
    /// 168.63.129.16 is not in a registry. It is Azure's platform endpoint, which only virtual machines reach.
    /// </summary>
    private static readonly IPNetwork[] _special = [.. new[]
    {
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001::/23", "2001:db8::/32", "3fff::/20",
    }.Select(network => IPNetwork.Parse(network))];

    /// <summary>
    /// The assigned part of IPv6. Loopback, link-local, unique-local, multicast, and embedded IPv4 addresses are outside it.
    /// </summary>
    private static readonly IPNetwork _globalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>The prefix with which IPv6-only networks reach IPv4 (RFC 6052). The IPv4 address is at the end.</summary>
    private static readonly IPNetwork _nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>The prefix of 6to4 (RFC 3056). The IPv4 address follows the prefix.</summary>
    private static readonly IPNetwork _sixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Determines whether an address, or the IPv4 address that it embeds, is a public address.</summary>
    /// <param name="address">The address, IPv4 or IPv6.</param>
    public static bool Contains(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !IsSpecial(address);
        }

        return address.IsIPv4MappedToIPv6 ? !IsSpecial(address.MapToIPv4())
            : _nat64.Contains(address) ? !IsSpecial(EmbeddedIPv4(address, 12))
            : _sixToFour.Contains(address) ? !IsSpecial(EmbeddedIPv4(address, 2))
            : _globalUnicast.Contains(address) && !IsSpecial(address);
    }

    private static bool IsSpecial(IPAddress address)
    {
        foreach (var network in _special)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static IPAddress EmbeddedIPv4(IPAddress address, int offset)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        return new IPAddress(bytes.Slice(offset, 4));
    }
}
