namespace HirePanda.ApiKeys;

/// <summary>A key of the cache: a hash as an object, since <c>MemoryCache</c> takes no other and boxing would allocate.</summary>
internal sealed class HashKey : IEquatable<HashKey>
{
    [ThreadStatic]
    private static HashKey? t_probe;

    public ApiKeyHash Hash { get; private set; }

    /// <summary>A key to store under.</summary>
    public static HashKey For(in ApiKeyHash hash) => new() { Hash = hash };

    /// <summary>A key to look up with, valid until this thread's next probe.</summary>
    public static HashKey Probe(in ApiKeyHash hash)
    {
        var probe = t_probe ??= new HashKey();
        probe.Hash = hash;
        return probe;
    }

    public bool Equals(HashKey? other) => other is not null && Hash == other.Hash;

    public override bool Equals(object? obj) => Equals(obj as HashKey);

    public override int GetHashCode() => Hash.GetHashCode();
}

/// <summary>What is known of a hash, and how long it may be believed. All times are ticks.</summary>
/// <param name="Live">The key; null: the store has none.</param>
/// <param name="ReadAt">When it was read.</param>
/// <param name="FreshUntil">Until when it answers without another read.</param>
/// <param name="Stamp">Goes stale when the workspace's settings change; null for no key.</param>
internal sealed record CacheEntry(LiveKey? Live, long ReadAt, long FreshUntil, WorkspaceStamps.Stamp? Stamp = null)
{
    private int _refreshing;
    private long _staleUntil;
    private volatile bool _isForgotten;

    /// <summary>Whether it must not answer any more: the key or the settings of its workspace have changed.</summary>
    public bool IsOutdated => _isForgotten || Stamp is { IsStale: true };

    /// <summary>Whether it may answer now: it is fresh, or the store just failed to say anything newer.</summary>
    public bool Answers(long now) => !IsOutdated && IsOfThePast(now) && (now < FreshUntil || now < Volatile.Read(ref _staleUntil));

    /// <summary>False after the clock was set back: nobody can tell how old it is. A second is what threads may differ by.</summary>
    public bool IsOfThePast(long now) => now + TimeSpan.TicksPerSecond >= ReadAt;

    /// <summary>Takes back what it said, also from those who hold it already.</summary>
    public void Forget() => _isForgotten = true;

    /// <summary>True once, in the last fifth of its freshness.</summary>
    public bool StartsRefresh(long now)
        => now >= FreshUntil - ((FreshUntil - ReadAt) / 5) && now < FreshUntil && Interlocked.Exchange(ref _refreshing, 1) == 0;

    /// <summary>Lets it answer for a while although it is no longer fresh.</summary>
    public void AnswerStaleUntil(long until) => Volatile.Write(ref _staleUntil, until);
}
