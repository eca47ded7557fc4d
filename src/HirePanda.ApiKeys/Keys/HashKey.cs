namespace HirePanda.ApiKeys;

/// <summary>
/// A hash as an object, which <see cref="BoundedCache"/> uses as the key of an entry. <c>MemoryCache</c> accepts only objects,
/// and boxing a hash would allocate.
/// </summary>
internal abstract class HashKey(in ApiKeyHash hash) : IEquatable<HashKey>
{
    [ThreadStatic]
    private static HashProbe? t_probe;

    public ApiKeyHash Hash { get; protected set; } = hash;

    /// <summary>Gets an object for a lookup. It is valid until the next call on the same thread.</summary>
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
