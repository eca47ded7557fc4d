namespace HirePanda.ApiKeys;

/// <summary>Ranges of addresses, found by binary search.</summary>
/// <typeparam name="T">The number that an address is.</typeparam>
internal sealed class SortedRanges<T>
    where T : struct, IComparable<T>
{
    private readonly T[] _firsts;
    private readonly T[] _lasts;

    /// <param name="ranges">The ranges, sorted. None touches another.</param>
    public SortedRanges(IReadOnlyCollection<(T First, T Last)> ranges)
        => (_firsts, _lasts) = ([.. ranges.Select(range => range.First)], [.. ranges.Select(range => range.Last)]);

    /// <summary>Determines whether one range holds all addresses from one to another.</summary>
    public bool Contains(T first, T last)
    {
        // Without a match the search returns the complement of where the next greater one is.
        var index = _firsts.AsSpan().BinarySearch(first);
        index = index < 0 ? ~index - 1 : index;
        return index >= 0 && last.CompareTo(_lasts[index]) <= 0;
    }
}
