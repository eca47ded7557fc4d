using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers hashes that keys were found for, in a fixed amount of memory: a later one takes the slot of an earlier one. Nobody
/// can get a hash in here without a key that has it.
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
