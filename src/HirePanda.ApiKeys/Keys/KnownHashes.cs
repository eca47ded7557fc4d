using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers the hashes that keys were found for, in a fixed amount of memory. A later hash can replace an earlier one.
/// <see cref="KeyLookup"/> uses it to reserve reads of the store for known keys. A hash is added only after a key was found for
/// it, so callers with invalid secrets cannot add hashes.
/// </summary>
internal sealed class KnownHashes
{
    private const int Slots = 1 << 16;

    private readonly long[] _slots = new long[Slots];

    public void Add(in ApiKeyHash hash)
    {
        var (slot, content) = Split(hash);
        Volatile.Write(ref _slots[slot], content);
    }

    public bool Contains(ApiKeyHash[] hashes)
    {
        foreach (var hash in hashes)
        {
            var (slot, content) = Split(hash);
            if (Volatile.Read(ref _slots[slot]) == content)
            {
                return true;
            }
        }

        return false;
    }

    private static (int Slot, long Content) Split(in ApiKeyHash hash)
    {
        var words = MemoryMarshal.Cast<byte, long>(hash.ToByteArray());
        return ((int)words[0] & (Slots - 1), words[1]);
    }
}
