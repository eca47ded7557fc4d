namespace HirePanda.ApiKeys;

/// <summary>
/// The quota of keys that are linked by rotation: the buckets that they hold, and those that they left for other limits and that
/// still owe. A bucket for new limits begins with the share that was used of the old ones, so that a change of limits gives no
/// fresh quota. The caller locks.
/// </summary>
internal sealed class Family
{
    /// <summary>How many keys are remembered. One beyond them counts as new when it is read again.</summary>
    private const int MaxMembers = 8;

    /// <summary>How many buckets are kept that no key holds. Beyond them, one takes over what another owes.</summary>
    private const int MaxLeft = 8;

    /// <summary>Longer than any cached key is served: no request holds the buckets of a key that was not read for so long.</summary>
    private static readonly long _keptUnreferenced = TimeSpan.FromMinutes(10).Ticks;

    private Member[] _members = [];
    private Bucket[] _left = [];

    /// <summary>How many buckets there are.</summary>
    public int Count => Held().Concat(_left).Distinct().Count();

    /// <summary>Whether no cached key can hold a bucket, and all are full.</summary>
    public bool IsForgettable(long now)
        => Array.TrueForAll(_members, member => IsIdle(member, now) && Array.TrueForAll(member.All, bucket => bucket.IsFull(now)))
            && Array.TrueForAll(_left, bucket => bucket.IsFull(now));

    /// <summary>Finds or makes the buckets of a key, one for each limit.</summary>
    public Buckets Join(string keyId, RateLimit[] limits, long now)
    {
        var index = Array.FindIndex(_members, member => member.KeyId == keyId);
        if (index < 0 || !_members[index].Buckets.AreOf(limits))
        {
            return Switch(keyId, index < 0 ? default : _members[index].Buckets, limits, now);
        }

        _members[index] = _members[index] with { ReferencedAt = now };
        var buckets = _members[index].Buckets;
        if (Array.Exists(_members, member => IsIdle(member, now)))
        {
            Settle([.. Held().Concat(_left).Distinct()], now);
        }

        return buckets;
    }

    private static bool IsIdle(Member member, long now) => member.ReferencedAt < now - _keptUnreferenced;

    /// <summary>Gives a key other limits, or its first ones.</summary>
    private Buckets Switch(string keyId, Buckets previous, RateLimit[] limits, long now)
    {
        if (_members.Length == 0)
        {
            // This is all that most families ever need.
            var first = new Buckets(Array.ConvertAll(limits, limit => new Bucket(limit)));
            _members = [new Member(keyId, first, now)];
            return first;
        }

        Bucket[] all = [.. Held().Concat(_left).Distinct()];
        var buckets = Array.ConvertAll(limits, limit => Array.Find(all, bucket => bucket.IsOf(limit)) ?? new Bucket(limit));
        var next = new Buckets(buckets);
        Bucket[] fresh = [.. buckets.Where(bucket => !Held().Contains(bucket))];
        foreach (var bucket in fresh)
        {
            // A key brings what it used of its own limits. A key that is new to the family brings what any key used.
            var sources = all.Where(source => previous.Length == 0 || source.LeftAt <= now || previous.Contains(source));
            foreach (var source in sources.Where(source => source != bucket))
            {
                bucket.Raise(Carried(source, bucket, isKept: next.Contains(source), now), now);
            }
        }

        var others = _members.Where(member => member.KeyId != keyId).OrderBy(member => member.ReferencedAt).TakeLast(MaxMembers - 1);
        _members = [.. others, new Member(keyId, next, now)];
        Settle(all, now);
        return next;
    }

    /// <summary>What a bucket for new limits owes from the start on account of another one, in its own ticks.</summary>
    private static long Carried(Bucket source, Bucket bucket, bool isKept, long now)
    {
        // Limits of one key count the same requests. Otherwise the share counts, less what has come back since at the new limit's pace.
        var (debt, from) = (source.Debt(now), source.Rule);
        return isKept
            ? bucket.Rule.SamePermits(from, debt)
            : bucket.Rule.SameShare(from, debt) - Math.Max(0, now - source.LeftAt);
    }

    /// <summary>Forgets idle keys, and keeps the buckets that no key holds any more while they owe, within bounds.</summary>
    private void Settle(Bucket[] all, long now)
    {
        _members = Array.FindAll(_members, member => !IsIdle(member, now));
        Bucket[] held = [.. Held().Distinct()];
        var siblings = Array.TrueForAll(_members, member => member.Buckets.Length == held.Length) ? null : held;
        foreach (var bucket in all.Concat(held))
        {
            bucket.Siblings = siblings;
        }

        Array.ForEach(held, bucket => bucket.LeftAt = long.MaxValue);
        List<Bucket> left = [.. all.Except(held).OrderBy(bucket => bucket.Window)];
        left.ForEach(bucket => bucket.LeftAt = Math.Min(bucket.LeftAt, now));
        foreach (var bucket in left.Where(bucket => bucket.IsFull(now)).ToArray())
        {
            Drop(bucket);
        }

        while (left.Count > MaxLeft)
        {
            left[^1].Absorb(left[0]);
            Drop(left[0]);
        }

        _left = [.. left];

        // A request that is under way may still hold it. It finds no permit there.
        void Drop(Bucket bucket)
        {
            bucket.Raise(bucket.Rule.Capacity, now);
            left.Remove(bucket);
        }
    }

    private IEnumerable<Bucket> Held() => _members.SelectMany(member => member.All);

    private readonly record struct Member(string KeyId, Buckets Buckets, long ReferencedAt)
    {
        public Bucket[] All => Buckets.ToArray();
    }
}
