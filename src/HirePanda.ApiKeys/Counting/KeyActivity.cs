namespace HirePanda.ApiKeys;

/// <summary>The activity of one key: when it was last used, and its counts of requests that are not stored yet.</summary>
internal sealed class KeyActivity(string workspace, string keyId, UsageBudget budget) : UsageCounters(budget)
{
    /// <summary>The time when the key was last used, in ticks.</summary>
    public long LastUsedAt;

    /// <summary>The last-used time that is stored, in ticks.</summary>
    public long StoredLastUsedAt;

    /// <summary>The time when a cached key last got this activity, in ticks.</summary>
    public long ReferencedAt;

    private int _isDropped;
    private int _hasCounts;
    private int _reportedDay;

    public string Workspace { get; } = workspace;

    public string KeyId { get; } = keyId;

    /// <summary>Gets a value that indicates whether <see cref="KeyActivities"/> has dropped the activity.</summary>
    public bool IsDropped => Volatile.Read(ref _isDropped) != 0;

    /// <summary>Gets a value that indicates whether a request was counted since the counts were last taken.</summary>
    public bool HasCounts => Volatile.Read(ref _hasCounts) != 0;

    /// <summary>Determines whether the caller is the first to report about the key today (UTC).</summary>
    public bool TryReportToday(long now)
    {
        var day = (int)(now / TimeSpan.TicksPerDay);
        return Volatile.Read(ref _reportedDay) != day && Interlocked.Exchange(ref _reportedDay, day) != day;
    }

    /// <summary>Counts one request.</summary>
    public void Count(UsageCell cell, uint minute)
    {
        Add(cell, minute);
        if (!HasCounts)
        {
            Interlocked.Exchange(ref _hasCounts, 1);
        }
    }

    /// <summary>Marks the activity as dropped, and returns its cells to the budget.</summary>
    public void Drop()
    {
        // A request that counts after this line sees the mark. The caller sees requests that were counted before.
        Interlocked.Exchange(ref _isDropped, 1);
        Close();
    }

    /// <summary>Moves all counts to <paramref name="pending"/>.</summary>
    public void TakeInto(UsagePending pending)
    {
        // The flag is reset before the counts are read, so that a request in between sets it again.
        if (Interlocked.Exchange(ref _hasCounts, 0) != 0)
        {
            Take(this, pending);
        }
    }

    /// <summary>
    /// Gets a hash code from the id. The default hash code is in the object's header, together with the lock. An object with both
    /// takes much more memory.
    /// </summary>
    public override int GetHashCode() => KeyId.GetHashCode(StringComparison.Ordinal);
}
