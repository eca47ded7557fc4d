using System.Numerics;
using System.Runtime.Intrinsics;

namespace HirePanda.ApiKeys;

/// <summary>Ranges of IPv6, as <see cref="IPv4RangeTable"/> has those of IPv4; numbers of 128 bits are compared as two of 64.</summary>
internal sealed class IPv6RangeTable
{
    private const int BlockSize = 32;

    private readonly UInt128[] _lasts;
    private readonly ulong[] _high;
    private readonly ulong[] _low;
    private readonly ulong[] _blocksHigh;
    private readonly ulong[] _blocksLow;

    /// <param name="ranges">Sorted, and none touches another.</param>
    public IPv6RangeTable(IReadOnlyCollection<(UInt128 First, UInt128 Last)> ranges)
    {
        _high = [.. ranges.Select(range => (ulong)(range.First >> 64))];
        _low = [.. ranges.Select(range => (ulong)range.First)];
        _lasts = [.. ranges.Select(range => range.Last)];
        _blocksHigh = [.. _high.Where((_, index) => index % BlockSize == 0)];
        _blocksLow = [.. _low.Where((_, index) => index % BlockSize == 0)];
    }

    /// <summary>Whether one range holds all of these addresses.</summary>
    public bool Contains(UInt128 first, UInt128 last)
    {
        var (high, low) = ((ulong)(first >> 64), (ulong)first);
        var block = (CountUpTo(_blocksHigh, _blocksLow, high, low) - 1) * BlockSize;
        if (block < 0)
        {
            return false;
        }

        var size = Math.Min(BlockSize, _high.Length - block);
        var range = block + CountUpTo(_high.AsSpan(block, size), _low.AsSpan(block, size), high, low) - 1;
        return last <= _lasts[range];
    }

    /// <summary>How many numbers are not greater than one.</summary>
    private static int CountUpTo(ReadOnlySpan<ulong> highs, ReadOnlySpan<ulong> lows, ulong high, ulong low)
    {
        var (count, i) = (0, 0);
        var (manyHigh, manyLow) = (Vector256.Create(high), Vector256.Create(low));
        for (; i <= highs.Length - Vector256<ulong>.Count; i += Vector256<ulong>.Count)
        {
            var (someHigh, someLow) = (Vector256.Create(highs[i..]), Vector256.Create(lows[i..]));
            var isUpTo = Vector256.LessThan(someHigh, manyHigh) | (Vector256.Equals(someHigh, manyHigh) & Vector256.LessThanOrEqual(someLow, manyLow));
            count += BitOperations.PopCount(isUpTo.ExtractMostSignificantBits());
        }

        for (; i < highs.Length; i++)
        {
            count += highs[i] < high || (highs[i] == high && lows[i] <= low) ? 1 : 0;
        }

        return count;
    }
}
