namespace HirePanda.ApiKeys;

/// <summary>Ranges of addresses. Lookups use binary search.</summary>
/// <typeparam name="T">The type of number that represents an address.</typeparam>
internal sealed class SortedRanges<T>
    where T : struct, IComparable<T>
{
    private readonly T[] _firsts;
    private readonly T[] _lasts;

    /// <summary>Creates the ranges.</summary>
    /// <param name="ranges">The ranges, in ascending order. They are neither overlapping nor adjacent.</param>
    public SortedRanges(IReadOnlyCollection<(T First, T Last)> ranges)
        => (_firsts, _lasts) = ([.. ranges.Select(range => range.First)], [.. ranges.Select(range => range.Last)]);

    /// <summary>
    /// Determines whether one range contains all addresses from <paramref name="first"/> to <paramref name="last"/>.
    /// </summary>
    public bool Contains(T first, T last)
    {
        // Without a match, the search returns the bitwise complement of the index of the next greater element.
        var index = _firsts.AsSpan().BinarySearch(first);
        index = index < 0 ? ~index - 1 : index;
        return index >= 0 && last.CompareTo(_lasts[index]) <= 0;
    }
}
