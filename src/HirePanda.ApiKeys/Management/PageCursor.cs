using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Hashing;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>A place in a list, opaque to callers: time and id of the last item seen, with a checksum against tampering.</summary>
internal static class PageCursor
{
    private const int TimeSize = sizeof(long);
    private const int ChecksumSize = sizeof(uint);

    public static string Write(DateTimeOffset at, string lastId)
    {
        var id = Encoding.ASCII.GetBytes(lastId);
        var bytes = new byte[TimeSize + id.Length + ChecksumSize];
        BinaryPrimitives.WriteInt64BigEndian(bytes, at.UtcTicks);
        id.CopyTo(bytes, TimeSize);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(^ChecksumSize..), Crc32.HashToUInt32(bytes.AsSpan(..^ChecksumSize)));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Null when the text is no cursor.</summary>
    public static ApiKeyPageToken? Read(string text)
    {
        if (text.Length > 1000 || !Base64Url.IsValid(text))
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= TimeSize + ChecksumSize
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[^ChecksumSize..]) != Crc32.HashToUInt32(bytes[..^ChecksumSize])
            || BinaryPrimitives.ReadInt64BigEndian(bytes) is not (>= 0 and var ticks) || ticks > DateTime.MaxValue.Ticks)
        {
            return null;
        }

        var id = bytes[TimeSize..^ChecksumSize];
        return id.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? null
            : new ApiKeyPageToken { At = new DateTimeOffset(ticks, TimeSpan.Zero), Id = Encoding.ASCII.GetString(id) };
    }
}
