namespace HirePanda.ApiKeys;

/// <summary>A key's note.</summary>
internal sealed class KeyActivity(string workspace, string keyId, UsageBudget budget) : UsageCounters(budget)
{
    /// <summary>When the key was last used.</summary>
    public long At;

    /// <summary>Up to when that is stored.</summary>
    public long StoredAt;

    /// <summary>When a cached key last took hold of the note.</summary>
    public long ReferencedAt;

    private int _isDropped;
    private int _hasCounts;
    private int _saidOn;

    public string Workspace { get; } = workspace;

    public string KeyId { get; } = keyId;

    /// <summary>Whether the note is no longer among those that are looked through.</summary>
    public bool IsDropped => Volatile.Read(ref _isDropped) != 0;

    /// <summary>Whether anything was counted since counts were last taken.</summary>
    public bool HasCounts => Volatile.Read(ref _hasCounts) != 0;

    /// <summary>True for one caller a day (UTC).</summary>
    public bool IsFirstOfDay(long now)
    {
        var day = (int)(now / TimeSpan.TicksPerDay);
        return Volatile.Read(ref _saidOn) != day && Interlocked.Exchange(ref _saidOn, day) != day;
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

    /// <summary>Says that the note is no longer looked through, and gives its room back.</summary>
    public void Drop()
    {
        // Whoever counts from here on sees it; what was counted before is seen by the caller.
        Interlocked.Exchange(ref _isDropped, 1);
        Close();
    }

    /// <summary>Takes out all that was counted.</summary>
    public void TakeInto(UsagePending pending)
    {
        // Before the counts are read: a request that comes in between says so again.
        if (Interlocked.Exchange(ref _hasCounts, 0) != 0)
        {
            Take(this, pending);
        }
    }

    /// <summary>Without a number in the object's header, where its lock is: both at once would cost more than the note.</summary>
    public override int GetHashCode() => KeyId.GetHashCode(StringComparison.Ordinal);
}
