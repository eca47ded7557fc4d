namespace HirePanda.ApiKeys;

/// <summary>A key of the cache: a hash as an object, since <c>MemoryCache</c> takes no other and boxing would allocate.</summary>
internal abstract class HashKey(in ApiKeyHash hash) : IEquatable<HashKey>
{
    [ThreadStatic]
    private static HashProbe? t_probe;

    public ApiKeyHash Hash { get; protected set; } = hash;

    /// <summary>A key to look up with, valid until this thread's next probe.</summary>
    public static HashKey Probe(in ApiKeyHash hash)
    {
        var probe = t_probe ??= new HashProbe();
        probe.Set(hash);
        return probe;
    }

    public bool Equals(HashKey? other) => other is not null && Hash == other.Hash;

    public override bool Equals(object? obj) => Equals(obj as HashKey);

    public override int GetHashCode() => Hash.GetHashCode();

    private sealed class HashProbe() : HashKey(default)
    {
        public void Set(in ApiKeyHash hash) => Hash = hash;
    }
}
