using System.Numerics;
using System.Runtime.Intrinsics;

namespace HirePanda.ApiKeys;

/// <summary>
/// Many ranges of IPv4 in two levels, as in a B-tree: how many blocks begin at or before an address, then how many ranges of the last of
/// them. Both are counted with vectors and without a branch, which addresses in no order would have the processor guess wrong.
/// </summary>
internal sealed class IPv4RangeTable
{
    private const int BlockSize = 32;

    private readonly uint[] _firsts;
    private readonly uint[] _lasts;
    private readonly uint[] _blocks;

    /// <param name="ranges">Sorted, and none touches another.</param>
    public IPv4RangeTable(IReadOnlyCollection<(uint First, uint Last)> ranges)
    {
        _firsts = [.. ranges.Select(range => range.First)];
        _lasts = [.. ranges.Select(range => range.Last)];
        _blocks = [.. _firsts.Where((_, index) => index % BlockSize == 0)];
    }

    /// <summary>Whether one range holds all of these addresses.</summary>
    public bool Contains(uint first, uint last)
    {
        var block = (CountUpTo(_blocks, first) - 1) * BlockSize;
        if (block < 0)
        {
            return false;
        }

        var range = block + CountUpTo(_firsts.AsSpan(block, Math.Min(BlockSize, _firsts.Length - block)), first) - 1;
        return last <= _lasts[range];
    }

    /// <summary>How many numbers are not greater than one.</summary>
    private static int CountUpTo(ReadOnlySpan<uint> numbers, uint most)
    {
        var (count, i) = (0, 0);
        var many = Vector256.Create(most);
        for (; i <= numbers.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
        {
            var isUpTo = Vector256.LessThanOrEqual(Vector256.Create(numbers[i..]), many);
            count += BitOperations.PopCount(isUpTo.ExtractMostSignificantBits());
        }

        for (; i < numbers.Length; i++)
        {
            count += numbers[i] <= most ? 1 : 0;
        }

        return count;
    }
}
