using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace HirePanda.ApiKeys.MaxMind.Tests;

/// <summary>
/// Writes small files in MaxMind DB format 2.0: a binary tree of addresses with 24-bit branches, and data as maps.
/// </summary>
internal sealed class MmdbFile(string type = "Test-Country", int ipVersion = 6)
{
    private const int Empty = -1;

    // A branch is the number of a node, Empty, or, if it is lower than that, a position in the data.
    private readonly List<int[]> _nodes = [[Empty, Empty]];
    private readonly List<byte> _data = [];

    /// <summary>Creates a record like those in MaxMind's own files.</summary>
    public static byte[] Nested(string country) => Map(
        ("city", Map(("names", Map(("en", Text("Somewhere")))))),
        ("country", Map(("geoname_id", Number(6, 6252001)), ("iso_code", Text(country)))),
        ("registered_country", Map(("iso_code", Text("ZA")))));

    /// <summary>Creates a record like those in flat files.</summary>
    public static byte[] Flat(string country) => Map(("country_code", Text(country)));

    public static byte[] Map(params (string Name, byte[] Value)[] members)
        => [.. Head(7, members.Length), .. members.SelectMany(member => Text(member.Name).Concat(member.Value))];

    public static byte[] Text(string text) => [.. Head(2, Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    public static byte[] Number(int type, uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        var digits = bytes.SkipWhile(value => value == 0).ToArray();
        return [.. Head(type, digits.Length), .. digits];
    }

    /// <summary>Adds a network that does not overlap another. In an IPv6 file, an IPv4 network is below <c>::/96</c>.</summary>
    public MmdbFile Add(string network, byte[] record)
    {
        var parsed = IPNetwork.Parse(network);
        var address = parsed.BaseAddress.GetAddressBytes();
        var lead = address.Length == 4 && ipVersion == 6 ? 96 : 0;
        var (node, length) = (0, lead + parsed.PrefixLength);
        for (var bit = 0; bit < length; bit++)
        {
            var side = bit < lead ? 0 : (address[(bit - lead) / 8] >> (7 - ((bit - lead) % 8))) & 1;
            if (bit == length - 1)
            {
                _nodes[node][side] = Empty - 1 - _data.Count;
                _data.AddRange(record);
            }
            else
            {
                if (_nodes[node][side] == Empty)
                {
                    _nodes[node][side] = _nodes.Count;
                    _nodes.Add([Empty, Empty]);
                }

                node = _nodes[node][side];
            }
        }

        return this;
    }

    public byte[] ToBytes()
    {
        var file = new MemoryStream();
        foreach (var branch in _nodes.SelectMany(node => node))
        {
            var record = branch >= 0 ? branch : branch == Empty ? _nodes.Count : _nodes.Count + 16 + (Empty - 1 - branch);
            file.Write([(byte)(record >> 16), (byte)(record >> 8), (byte)record]);
        }

        file.Write(new byte[16]);
        file.Write([.. _data]);
        file.Write([0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8]);
        file.Write(Map(
            ("node_count", Number(6, (uint)_nodes.Count)),
            ("record_size", Number(5, 24)),
            ("ip_version", Number(5, (uint)ipVersion)),
            ("database_type", Text(type)),
            ("languages", Head(11, 0)),
            ("binary_format_major_version", Number(5, 2)),
            ("binary_format_minor_version", Number(5, 0)),
            ("build_epoch", Number(9, 1_790_000_000)),
            ("description", Map())));
        return file.ToArray();
    }

    private static byte[] Head(int type, int size) => type <= 7 ? [(byte)((type << 5) | size)] : [(byte)size, (byte)(type - 7)];
}
