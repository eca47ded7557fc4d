using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// A client whose attempts are counted together: an IPv4 address, also if it is mapped to IPv6, or an IPv6 /64. All callers
/// without an address are one client.
/// </summary>
/// <param name="IPVersion">4 or 6, or 0 for callers without an address.</param>
/// <param name="Number">The IPv4 address, or the upper 64 bits of the IPv6 address.</param>
internal readonly record struct ClientPartition(byte IPVersion, ulong Number)
{
    public static ClientPartition From(IPAddress? address)
    {
        if (address is null)
        {
            return default;
        }

        var number = IpNetwork.ToNumber(address, out var isIPv4);
        return isIPv4 ? new(4, (ulong)number) : new(6, (ulong)(number >> 64));
    }

    /// <summary>Gets the IPv6 /48 of the client, as its first /64, or null if the client does not have an IPv6 address.</summary>
    public ClientPartition? Site => IPVersion == 6 ? this with { Number = Number & ~0xFFFFUL } : null;

    /// <summary>Gets the IPv4 address, or the IPv6 network with its prefix length.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (IPVersion)
        {
            case 4:
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Number);
                return new IPAddress(bytes[..4]).ToString();
            case 6:
                bytes.Clear();
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, Number);
                return $"{new IPAddress(bytes)}/64";
            default:
                return "(no address)";
        }
    }
}
