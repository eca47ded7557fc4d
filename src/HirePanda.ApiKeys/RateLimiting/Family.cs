namespace HirePanda.ApiKeys;

/// <summary>
/// The quota of keys that are linked by rotation: the buckets that they hold, and for a window those that they left for other
/// limits. Every bucket counts the requests of all keys, and one for new limits begins with what was used of the others, so that
/// neither a change of limits nor a second key gives a fresh quota. The caller locks.
/// </summary>
internal sealed class Family
{
    /// <summary>How many keys are remembered. One beyond them counts as new when it is read again.</summary>
    private const int MaxMembers = 8;

    /// <summary>
    /// How many buckets are kept that no key holds. Who changes limits more often in their windows begins with no permits.
    /// </summary>
    private const int MaxLeft = 8;

    /// <summary>
    /// Longer than any cached key is served: no request holds the buckets of a key that was not read for so long.
    /// </summary>
    private static readonly long _keptUnreferenced = TimeSpan.FromMinutes(10).Ticks;

    private Member[] _members = [];
    private Bucket[] _left = [];

    /// <summary>Until when new buckets have no permits, because one that counted more than the others was dropped.</summary>
    private long _emptyUntil = long.MinValue;

    /// <summary>How many buckets there are.</summary>
    public int Count => All().Length;

    /// <summary>Whether no cached key can hold a bucket, and all are full.</summary>
    public bool IsForgettable(long now)
        => now > _emptyUntil
            && Array.TrueForAll(_members, member => IsIdle(member, now))
            && Held().All(bucket => bucket.IsFull(now))
            && Array.TrueForAll(_left, bucket => bucket.IsFull(now));

    /// <summary>Finds or makes the buckets of a key, one for each limit.</summary>
    public Buckets Join(string keyId, RateLimit[] limits, long now)
    {
        var index = Array.FindIndex(_members, member => member.KeyId == keyId);
        if (index < 0 || !_members[index].Buckets.AreOf(limits))
        {
            return Switch(keyId, limits, now);
        }

        var buckets = _members[index].Buckets;
        _members[index] = new Member(keyId, buckets, now);
        if (Array.Exists(_members, member => IsIdle(member, now)) || Array.Exists(_left, bucket => bucket.IsOver(now)))
        {
            Settle(All(), now);
        }

        return buckets;
    }

    private static bool IsIdle(Member member, long now) => member.ReferencedAt < now - _keptUnreferenced;

    /// <summary>Gives a key other limits, or its first ones.</summary>
    private Buckets Switch(string keyId, RateLimit[] limits, long now)
    {
        if (_members.Length == 0)
        {
            // This is all that most families ever need.
            var first = new Buckets(Array.ConvertAll(limits, limit => new Bucket(limit)));
            _members = [new Member(keyId, first, now)];
            return first;
        }

        var all = All();
        var buckets = Array.ConvertAll(limits, limit => Array.Find(all, bucket => bucket.IsOf(limit)) ?? new Bucket(limit));
        var others = _members.Where(member => member.KeyId != keyId).OrderBy(
            member => member.ReferencedAt).TakeLast(MaxMembers - 1);
        _members = [.. others, new Member(keyId, new Buckets(buckets), now)];
        Settle([.. all.Union(buckets)], now);
        foreach (var bucket in buckets.Except(all))
        {
            var debt = now <= _emptyUntil
                ? bucket.Rule.Capacity
                : all.Max(other => bucket.Rule.Carry(other.Rule, other.Debt(now)));
            bucket.Raise(debt, now);
        }

        return new Buckets(buckets);
    }

    /// <summary>Forgets idle keys, and keeps the buckets that no key holds for their windows, within bounds.</summary>
    private void Settle(Bucket[] all, long now)
    {
        _members = Array.FindAll(_members, member => !IsIdle(member, now));
        Bucket[] held = [.. Held().Distinct()];
        Array.ForEach(held, bucket => bucket.LeftAt = long.MaxValue);
        Bucket[] left = [.. all.Except(held).OrderByDescending(bucket => bucket.Window)];
        Array.ForEach(left, bucket => bucket.LeftAt = Math.Min(bucket.LeftAt, now));
        _left = [.. left.Where(bucket => !bucket.IsOver(now)).Take(MaxLeft)];
        foreach (var bucket in left.Except(_left))
        {
            // A request that is under way may still hold it. It finds no permit there.
            bucket.Raise(bucket.Rule.Capacity, now);
            _emptyUntil = Math.Max(_emptyUntil, bucket.LeftAt + bucket.Window.Ticks);
        }

        Bucket[] kept = [.. held, .. _left];
        var siblings = Array.TrueForAll(_members, member => member.Buckets.Length == kept.Length) ? null : kept;
        Array.ForEach(kept, bucket => bucket.Siblings = siblings);
    }

    private Bucket[] All() => [.. Held().Concat(_left).Distinct()];

    private IEnumerable<Bucket> Held() => _members.SelectMany(member => member.All);

    private readonly record struct Member(string KeyId, Buckets Buckets, long ReferencedAt)
    {
        public Bucket[] All => Buckets.ToArray();
    }
}
