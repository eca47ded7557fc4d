using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Whose attempts are counted together: an IPv4 address after un-mapping, or an IPv6 /64; callers without address are one client.
/// </summary>
internal readonly record struct ClientPartition(byte Family, ulong Number)
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

    /// <summary>The IPv6 /48 that the client is in, as a /64; null for others.</summary>
    public ClientPartition? Site => Family == 6 ? this with { Number = Number & ~0xFFFFUL } : null;

    /// <summary>The address, or the network with its prefix length.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (Family)
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
