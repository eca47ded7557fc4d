namespace HirePanda.ApiKeys;

/// <summary>
/// An entry of <see cref="KeyCache"/>: either a <see cref="LiveKey"/>, or an <see cref="AbsentKey"/> for a hash that no key has.
/// It decides how long it can be used. <see cref="KeyLookup"/> creates and reads entries. All times are in ticks. An entry is its
/// own key in the cache, which saves one object for each entry.
/// </summary>
/// <param name="hash">The hash.</param>
/// <param name="readAt">The time when the entry was read from the store.</param>
/// <param name="freshUntil">The time until which the entry is used without another read.</param>
/// <param name="token">
/// The token that goes stale when the workspace's settings change, or null if there is no key.
/// </param>
internal abstract class CacheEntry(
    in ApiKeyHash hash, long readAt, long freshUntil, WorkspaceInvalidationToken? token) : HashKey(hash)
{
    private int _refreshing;
    private long _staleUntil;
    private volatile bool _isForgotten;

    public long ReadAt { get; } = readAt;

    public long FreshUntil { get; } = freshUntil;

    /// <summary>Gets the size of the entry in the cache. It is 1 for an absent key and for an ordinary key.</summary>
    public virtual int Size => 1;

    /// <summary>Gets the key, or null if the store does not have a key with this hash.</summary>
    public LiveKey? Live => this as LiveKey;

    /// <summary>
    /// Gets a value that indicates whether the entry can no longer be used, because the key or the settings of its workspace have
    /// changed.
    /// </summary>
    public bool IsOutdated => _isForgotten || token is { IsStale: true };

    /// <summary>
    /// Determines whether the entry can be used without another read: it is fresh, or the last read of the store failed.
    /// </summary>
    public bool CanAnswer(long now)
        => !IsOutdated && WasReadBefore(now) && (now < FreshUntil || now < Volatile.Read(ref _staleUntil));

    /// <summary>
    /// Determines whether the entry was read before a time, with a tolerance of 1 second for other threads. It is false after the
    /// clock was set back, because the age of the entry is then unknown.
    /// </summary>
    public bool WasReadBefore(long now) => now + TimeSpan.TicksPerSecond >= ReadAt;

    /// <summary>Marks the entry as outdated, also for callers that already hold it.</summary>
    public void Forget() => _isForgotten = true;

    /// <summary>
    /// Starts a refresh. The result is true only once, in the last fifth of the time in which the entry is fresh.
    /// </summary>
    public bool TryStartRefresh(long now)
        => now >= FreshUntil - ((FreshUntil - ReadAt) / 5) && now < FreshUntil && Interlocked.Exchange(ref _refreshing, 1) == 0;

    /// <summary>Allows the entry to be used until a time although it is no longer fresh.</summary>
    public void ServeStaleUntil(long until) => Volatile.Write(ref _staleUntil, until);
}

/// <summary>The entry of <see cref="KeyCache"/> for a hash that no key in the store has.</summary>
internal sealed class AbsentKey(in ApiKeyHash hash, long readAt, long freshUntil) : CacheEntry(hash, readAt, freshUntil, null);
