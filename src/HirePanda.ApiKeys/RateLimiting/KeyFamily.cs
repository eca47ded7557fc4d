namespace HirePanda.ApiKeys;

/// <summary>
/// Holds the rate-limit buckets of a family. A family is a key and all keys that replaced it by rotation (see
/// <see cref="ApiKey.Family"/>). The keys share one quota: every bucket counts the requests of all keys in the family. A bucket
/// for new limits starts with the usage of the other buckets, so that neither a rotation nor a change of limits gives a fresh
/// quota. <see cref="RateLimiter"/> calls it under a lock.
/// </summary>
internal sealed class KeyFamily
{
    /// <summary>The maximum number of keys that are remembered. Any other key counts as new when it is read again.</summary>
    private const int MaxMembers = 8;

    /// <summary>
    /// The maximum number of released buckets that are kept. If limits change more often within their windows, new buckets start
    /// without permits.
    /// </summary>
    private const int MaxReleased = 8;

    /// <summary>
    /// The time after which a key that was not read again is idle. It is longer than the cache serves any key, so no request uses
    /// the buckets of an idle key.
    /// </summary>
    private static readonly long _idleAfter = TimeSpan.FromMinutes(10).Ticks;

    private Member[] _members = [];

    /// <summary>The buckets that no key uses any more, and that still count requests within their windows.</summary>
    private Bucket[] _released = [];

    /// <summary>
    /// The time until which new buckets start without permits, because a bucket with a higher count was dropped.
    /// </summary>
    private long _emptyUntil = long.MinValue;

    /// <summary>Gets the number of buckets.</summary>
    public int Count => All().Length;

    /// <summary>Determines whether all keys are idle and all buckets are full, so that the family can be removed.</summary>
    public bool CanBeRemoved(long now)
        => now > _emptyUntil
            && Array.TrueForAll(_members, member => IsIdle(member, now))
            && Held().All(bucket => bucket.IsFull(now))
            && Array.TrueForAll(_released, bucket => bucket.IsFull(now));

    /// <summary>Gets or creates the buckets of a key, one for each limit.</summary>
    public Buckets Join(string keyId, RateLimit[] limits, long now)
    {
        var index = Array.FindIndex(_members, member => member.KeyId == keyId);
        if (index < 0 || !_members[index].Buckets.AreFor(limits))
        {
            return SetLimits(keyId, limits, now);
        }

        var buckets = _members[index].Buckets;
        _members[index] = new Member(keyId, buckets, now);
        if (Array.Exists(_members, member => IsIdle(member, now)) || Array.Exists(_released, bucket => bucket.IsExpired(now)))
        {
            Prune(All(), now);
        }

        return buckets;
    }

    private static bool IsIdle(Member member, long now) => member.ReferencedAt < now - _idleAfter;

    /// <summary>Adds a key with its limits, or changes the limits of a key.</summary>
    private Buckets SetLimits(string keyId, RateLimit[] limits, long now)
    {
        if (_members.Length == 0)
        {
            // Most families only ever need this path.
            var first = new Buckets(Array.ConvertAll(limits, limit => new Bucket(limit)));
            _members = [new Member(keyId, first, now)];
            return first;
        }

        var all = All();
        var buckets = Array.ConvertAll(limits, limit => Array.Find(all, bucket => bucket.IsFor(limit)) ?? new Bucket(limit));
        var others = _members.Where(member => member.KeyId != keyId).OrderBy(
            member => member.ReferencedAt).TakeLast(MaxMembers - 1);
        _members = [.. others, new Member(keyId, new Buckets(buckets), now)];
        Prune([.. all.Union(buckets)], now);
        foreach (var bucket in buckets.Except(all))
        {
            var debt = now <= _emptyUntil
                ? bucket.Rule.Capacity
                : all.Max(other => bucket.Rule.Carry(other.Rule, other.Debt(now)));
            bucket.Raise(debt, now);
        }

        return new Buckets(buckets);
    }

    /// <summary>
    /// Removes idle keys and the released buckets that have expired. Keeps at most <see cref="MaxReleased"/> other released
    /// buckets.
    /// </summary>
    private void Prune(Bucket[] all, long now)
    {
        _members = Array.FindAll(_members, member => !IsIdle(member, now));
        Bucket[] held = [.. Held().Distinct()];
        Array.ForEach(held, bucket => bucket.ReleasedAt = long.MaxValue);
        Bucket[] released = [.. all.Except(held).OrderByDescending(bucket => bucket.Window)];
        Array.ForEach(released, bucket => bucket.ReleasedAt = Math.Min(bucket.ReleasedAt, now));
        _released = [.. released.Where(bucket => !bucket.IsExpired(now)).Take(MaxReleased)];
        foreach (var bucket in released.Except(_released))
        {
            // A request in progress may still use the bucket. It must not find a permit there.
            bucket.Raise(bucket.Rule.Capacity, now);
            _emptyUntil = Math.Max(_emptyUntil, bucket.ReleasedAt + bucket.Window.Ticks);
        }

        Bucket[] kept = [.. held, .. _released];
        var siblings = Array.TrueForAll(_members, member => member.Buckets.Length == kept.Length) ? null : kept;
        Array.ForEach(kept, bucket => bucket.Siblings = siblings);
    }

    private Bucket[] All() => [.. Held().Concat(_released).Distinct()];

    private IEnumerable<Bucket> Held() => _members.SelectMany(member => member.All);

    private readonly record struct Member(string KeyId, Buckets Buckets, long ReferencedAt)
    {
        public Bucket[] All => Buckets.ToArray();
    }
}
