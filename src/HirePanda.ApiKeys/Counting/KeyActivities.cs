using System.Collections.Concurrent;

namespace HirePanda.ApiKeys;

/// <summary>
/// Holds the activity of all keys that were used in this process: when each was last used, and its counts of requests. A request
/// changes a few numbers of one activity. Timers turn the numbers into batches, so that requests never write to the store. A
/// clean stop loses nothing.
/// </summary>
internal sealed class KeyActivities(UsageBudget budget)
{
    /// <summary>
    /// The time after which an unused activity is dropped. It is longer than the cache serves any key, so that a cached key does
    /// not write to a dropped activity.
    /// </summary>
    private static readonly long _idleAfter = TimeSpan.FromMinutes(10).Ticks;

    /// <summary>The activities in 256 parts, each with its own lock, so that callers rarely wait.</summary>
    private readonly HashSet<KeyActivity>[] _activities = Array.ConvertAll(
        new object?[256], _ => new HashSet<KeyActivity>(new ByName()));

    /// <summary>
    /// The activities in which a request was counted after they were dropped, because the request lasted longer than they were
    /// kept.
    /// </summary>
    private readonly ConcurrentQueue<KeyActivity> _late = new();

    /// <summary>Gets all activities. The enumeration copies each part, so only timers should use it.</summary>
    public IEnumerable<KeyActivity> All => _activities.SelectMany(Copy);

    /// <summary>Gets or creates the activity of a key. Each cached key calls this once.</summary>
    public KeyActivity Get(ApiKey key, long now) => Get(key.Workspace, key.Id, now);

    /// <summary>Gets or creates the activity of a key or client. Each cached key and client calls this once.</summary>
    public KeyActivity Get(string workspace, string id, long now)
    {
        var part = _activities[id.GetHashCode(StringComparison.Ordinal) & (_activities.Length - 1)];
        lock (part)
        {
            var lookup = part.GetAlternateLookup<(string Workspace, string KeyId)>();
            if (!lookup.TryGetValue((workspace, id), out var activity))
            {
                part.Add(activity = new KeyActivity(workspace, id, budget));
            }

            activity.ReferencedAt = now;
            return activity;
        }
    }

    /// <summary>Moves all counts to <paramref name="pending"/>.</summary>
    public void TakeInto(UsagePending pending)
    {
        foreach (var activity in All)
        {
            activity.TakeInto(pending);
        }

        while (_late.TryDequeue(out var activity))
        {
            activity.TakeInto(pending);
            activity.Drop();
        }
    }

    /// <summary>Counts one request.</summary>
    public void Count(KeyActivity activity, UsageCell cell, uint minute)
    {
        activity.Count(cell, minute);
        if (activity.IsDropped)
        {
            _late.Enqueue(activity);
        }
    }

    /// <summary>Gets the last-used times that are not stored yet, by the ids of keys.</summary>
    public Dictionary<string, DateTimeOffset> GetPendingLastUses()
    {
        var pending = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var activity in All)
        {
            var at = Volatile.Read(ref activity.LastUsedAt);
            if (at > activity.StoredLastUsedAt)
            {
                pending[activity.KeyId] = Timestamps.ToMicroseconds(new DateTimeOffset(at, TimeSpan.Zero));
            }
        }

        return pending;
    }

    /// <summary>Records that a batch of last-used times was stored, and drops idle activities.</summary>
    public void MarkStored(Dictionary<string, DateTimeOffset> batch, long now)
    {
        foreach (var part in _activities)
        {
            foreach (var activity in Copy(part))
            {
                if (batch.TryGetValue(activity.KeyId, out var at))
                {
                    // The store has whole microseconds. The rest of the microsecond does not count as another use.
                    activity.StoredLastUsedAt = at.UtcTicks + TimeSpan.TicksPerMicrosecond - 1;
                }

                Drop(part, activity, now - _idleAfter);
            }
        }
    }

    private static KeyActivity[] Copy(HashSet<KeyActivity> part)
    {
        lock (part)
        {
            return [.. part];
        }
    }

    /// <summary>Drops an activity, unless a cached key may use it or it has data that is not stored yet.</summary>
    private void Drop(HashSet<KeyActivity> part, KeyActivity activity, long unreferencedSince)
    {
        lock (part)
        {
            if (Volatile.Read(ref activity.LastUsedAt) <= activity.StoredLastUsedAt && !activity.HasCounts
                && activity.ReferencedAt < unreferencedSince)
            {
                part.Remove(activity);
                activity.Drop();
                if (activity.HasCounts)
                {
                    // A request was just counted that did not see that the activity was dropped.
                    _late.Enqueue(activity);
                }
            }
        }
    }

    /// <summary>Finds the activity of a key by its workspace and id.</summary>
    private sealed class ByName : IEqualityComparer<KeyActivity>, IAlternateEqualityComparer<(
        string Workspace, string KeyId), KeyActivity>
    {
        public bool Equals(KeyActivity? x, KeyActivity? y) => ReferenceEquals(x, y);

        public int GetHashCode(KeyActivity activity) => activity.GetHashCode();

        public bool Equals((string Workspace, string KeyId) name, KeyActivity activity)
            => name.KeyId == activity.KeyId && name.Workspace == activity.Workspace;

        public int GetHashCode((string Workspace, string KeyId) name) => name.KeyId.GetHashCode(StringComparison.Ordinal);

        public KeyActivity Create((string Workspace, string KeyId) name)
            => throw new NotSupportedException("An activity cannot be created without a budget.");
    }
}
