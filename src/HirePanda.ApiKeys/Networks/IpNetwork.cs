using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HirePanda.ApiKeys;

/// <summary>
/// An address or CIDR network, IPv4 or IPv6. Parsing is stricter than in the framework: it refuses host bits
/// (<c>10.0.0.8/8</c>), octal-looking octets (<c>010.0.0.1</c>), short forms (<c>10.1</c>), zones, ports and white space. An
/// IPv4-mapped IPv6 network becomes the IPv4 network (RFC 4291, section 2.5.5.2).
/// </summary>
/// <param name="IsIPv4">True if the network is IPv4, or false if it is IPv6. The two never match each other.</param>
/// <param name="First">The lowest address. An IPv4 address is in the low 32 bits.</param>
/// <param name="PrefixLength">The prefix length, from 0 to 32 for IPv4 or to 128 for IPv6.</param>
internal readonly record struct IpNetwork(bool IsIPv4, UInt128 First, int PrefixLength)
{
    private const int MappedPrefixLength = 96;

    private int Bits => IsIPv4 ? 32 : 128;

    /// <summary>Gets the highest address.</summary>
    public UInt128 Last => First | HostMask;

    /// <summary>Gets the mask of the host bits. A shift by 128 would shift by 0.</summary>
    private UInt128 HostMask => Bits - PrefixLength == 128 ? UInt128.MaxValue : (UInt128.One << (Bits - PrefixLength)) - 1;

    public static bool TryParse(string? text, out IpNetwork network)
    {
        network = default;
        if (text is null)
        {
            return false;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = slash < 0 ? text : text[..slash];
        bool isIPv4;
        UInt128 first;
        if (TryParseIPv4(address, out var four))
        {
            (isIPv4, first) = (true, four);
        }
        else if (TryParseIPv6(address, out first))
        {
            isIPv4 = false;
        }
        else
        {
            return false;
        }

        var bits = isIPv4 ? 32 : 128;
        var length = bits;
        if (slash >= 0 && !TryParseNumber(text.AsSpan(slash + 1), bits, out length))
        {
            return false;
        }

        network = new IpNetwork(isIPv4, first, length);
        if ((first & network.HostMask) != 0)
        {
            return false;
        }

        if (!isIPv4 && length >= MappedPrefixLength && first >> 32 == 0xFFFF)
        {
            network = new IpNetwork(true, (uint)first, length - MappedPrefixLength);
        }

        return true;
    }

    /// <summary>Converts an address to a number. An IPv4-mapped IPv6 address counts as IPv4.</summary>
    public static UInt128 ToNumber(IPAddress address, out bool isIPv4)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        isIPv4 = length == 4;
        if (isIPv4)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }

        var number = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        isIPv4 = number >> 32 == 0xFFFF;
        return isIPv4 ? (uint)number : number;
    }

    /// <summary>Gets the canonical form: in lower case, and a single address without a prefix length.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, First);
        var address = new IPAddress(IsIPv4 ? bytes[12..] : bytes);
        return PrefixLength == Bits
            ? address.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{address}/{PrefixLength}");
    }

    private static bool TryParseIPv4(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        var octets = 0;
        foreach (var range in text.Split('.'))
        {
            if (++octets > 4 || !TryParseNumber(text[range], 255, out var octet))
            {
                return false;
            }

            address = (address << 8) | (uint)octet;
        }

        return octets == 4;
    }

    private static bool TryParseIPv6(string text, out UInt128 address)
    {
        address = default;
        foreach (var character in text)
        {
            if (!char.IsAsciiHexDigit(character) && character is not (':' or '.'))
            {
                return false;
            }
        }

        var dotted = text.AsSpan(text.LastIndexOf(':') + 1);
        if ((dotted.Contains('.') && !TryParseIPv4(dotted, out _))
            || !IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out _);
        address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    /// <summary>
    /// Parses a decimal number without a sign, a leading zero, white space, or the trailing U+0000 that the framework's parser
    /// skips.
    /// </summary>
    private static bool TryParseNumber(ReadOnlySpan<char> text, int max, out int number)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number <= max && (text.Length == 1 || text[0] != '0') && char.IsAsciiDigit(text[^1]);
}
