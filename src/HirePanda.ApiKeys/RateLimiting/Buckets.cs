namespace HirePanda.ApiKeys;

/// <summary>The buckets of a key, one for each limit: nearly always one alone, which then needs no array.</summary>
internal readonly struct Buckets
{
    private readonly object _oneOrAll;

    public Buckets(Bucket one) => _oneOrAll = one;

    public Buckets(Bucket[] all) => _oneOrAll = all.Length == 1 ? all[0] : all;

    /// <summary>The one there is; null: there are several.</summary>
    public Bucket? Single => _oneOrAll as Bucket;

    public int Length => _oneOrAll is Bucket[] all ? all.Length : 1;

    public Bucket this[int index] => _oneOrAll is Bucket[] all ? all[index] : (Bucket)_oneOrAll;
}
