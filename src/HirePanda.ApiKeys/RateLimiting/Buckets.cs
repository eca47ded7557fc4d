namespace HirePanda.ApiKeys;

/// <summary>The buckets of a key, one for each limit: nearly always one alone, which then needs no array.</summary>
internal readonly struct Buckets
{
    private readonly object? _oneOrAll;

    public Buckets(Bucket one) => _oneOrAll = one;

    public Buckets(Bucket[] all) => _oneOrAll = all.Length == 1 ? all[0] : all;

    /// <summary>The only bucket, or null if there are several.</summary>
    public Bucket? Single => _oneOrAll as Bucket;

    public int Length => _oneOrAll switch { null => 0, Bucket[] all => all.Length, _ => 1 };

    public Bucket this[int index] => _oneOrAll is Bucket[] all ? all[index] : (Bucket)_oneOrAll!;

    public bool Contains(Bucket bucket)
        => _oneOrAll is Bucket[] all ? Array.IndexOf(all, bucket) >= 0 : ReferenceEquals(_oneOrAll, bucket);

    public Bucket[] ToArray() => _oneOrAll switch { null => [], Bucket[] all => all, var one => [(Bucket)one] };

    /// <summary>Whether these are the buckets of limits, in their order.</summary>
    public bool AreOf(RateLimit[] limits)
    {
        for (var i = 0; i < limits.Length && Length == limits.Length; i++)
        {
            if (!this[i].IsOf(limits[i]))
            {
                return false;
            }
        }

        return Length == limits.Length;
    }
}
