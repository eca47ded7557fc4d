namespace HirePanda.ApiKeys;

/// <summary>
/// What is known of a hash, and how long it may be believed. All times are ticks. An entry is its own key in the cache: one
/// object less for each, and one less to fetch from memory.
/// </summary>
/// <param name="hash">The hash.</param>
/// <param name="readAt">When it was read.</param>
/// <param name="freshUntil">Until when it answers without another read.</param>
/// <param name="stamp">Goes stale when the workspace's settings change; null for no key.</param>
internal abstract class CacheEntry(
    in ApiKeyHash hash, long readAt, long freshUntil, WorkspaceInvalidationToken? stamp) : HashKey(hash)
{
    private int _refreshing;
    private long _staleUntil;
    private volatile bool _isForgotten;

    public long ReadAt { get; } = readAt;

    public long FreshUntil { get; } = freshUntil;

    /// <summary>How much room it takes in the cache: 1 for a note or an ordinary key.</summary>
    public virtual int Size => 1;

    /// <summary>The key, or null if the store has none.</summary>
    public LiveKey? Live => this as LiveKey;

    /// <summary>Whether it must no longer answer, because the key or the settings of its workspace have changed.</summary>
    public bool IsOutdated => _isForgotten || stamp is { IsStale: true };

    /// <summary>Whether it may answer now: it is fresh, or the store just failed to say anything newer.</summary>
    public bool Answers(long now)
        => !IsOutdated && IsOfThePast(now) && (now < FreshUntil || now < Volatile.Read(ref _staleUntil));

    /// <summary>
    /// False after the clock was set back: nobody can tell how old it is. A second is what threads may differ by.
    /// </summary>
    public bool IsOfThePast(long now) => now + TimeSpan.TicksPerSecond >= ReadAt;

    /// <summary>Takes back what it said, also from those who hold it already.</summary>
    public void Forget() => _isForgotten = true;

    /// <summary>True once, in the last fifth of its freshness.</summary>
    public bool StartsRefresh(long now)
        => now >= FreshUntil - ((FreshUntil - ReadAt) / 5) && now < FreshUntil && Interlocked.Exchange(ref _refreshing, 1) == 0;

    /// <summary>Lets it answer for a while although it is no longer fresh.</summary>
    public void AnswerStaleUntil(long until) => Volatile.Write(ref _staleUntil, until);
}

/// <summary>That the store has no key of a hash.</summary>
internal sealed class AbsentKey(in ApiKeyHash hash, long readAt, long freshUntil) : CacheEntry(hash, readAt, freshUntil, null);
