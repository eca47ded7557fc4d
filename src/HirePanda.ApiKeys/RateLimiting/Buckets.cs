namespace HirePanda.ApiKeys;

/// <summary>
/// The buckets of a key, one for each limit. Nearly all keys have a single bucket, which does not need an array.
/// </summary>
internal readonly struct Buckets
{
    private readonly object? _singleOrAll;

    public Buckets(Bucket single) => _singleOrAll = single;

    public Buckets(Bucket[] all) => _singleOrAll = all.Length == 1 ? all[0] : all;

    /// <summary>Gets the only bucket, or null if there are several.</summary>
    public Bucket? Single => _singleOrAll as Bucket;

    public int Length => _singleOrAll switch { null => 0, Bucket[] all => all.Length, _ => 1 };

    public Bucket this[int index] => _singleOrAll is Bucket[] all ? all[index] : (Bucket)_singleOrAll!;

    public bool Contains(Bucket bucket)
        => _singleOrAll is Bucket[] all ? Array.IndexOf(all, bucket) >= 0 : ReferenceEquals(_singleOrAll, bucket);

    public Bucket[] ToArray() => _singleOrAll switch { null => [], Bucket[] all => all, var single => [(Bucket)single] };

    /// <summary>Determines whether these are the buckets of the limits, in the same order.</summary>
    public bool AreFor(RateLimit[] limits)
    {
        for (var i = 0; i < limits.Length && Length == limits.Length; i++)
        {
            if (!this[i].IsFor(limits[i]))
            {
                return false;
            }
        }

        return Length == limits.Length;
    }
}
