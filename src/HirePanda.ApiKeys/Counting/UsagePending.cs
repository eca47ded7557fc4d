using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Holds the counts that wait for the store. While the store is unavailable, counts of the same cell are merged. Above the
/// capacity they lose detail: first minutes become hours, then hours become days and only the key and the status remain. Requests
/// that still do not fit are dropped and counted as dropped.
/// </summary>
/// <param name="capacity">The maximum number of counts. The default is 500,000.</param>
internal sealed class UsagePending(int capacity = 500_000)
{
    private const uint MinutesPerHour = 60;
    private const uint MinutesPerDay = 24 * 60;

    private Dictionary<(KeyActivity Activity, UsageCell Cell, uint Minute), long> _counts = [];
    /// <summary>The loss of detail: 0 for minutes, 1 for hours, or 2 for days with only the key and the status.</summary>
    private int _step;

    public int Count => _counts.Count;

    /// <summary>Gets the number of requests that were dropped so far.</summary>
    public long Dropped { get; private set; }

    /// <summary>Gets the number of requests that were merged into an "other" row so far.</summary>
    public long Overflows { get; private set; }

    /// <summary>Adds a number of requests.</summary>
    public void Add(KeyActivity activity, UsageCell cell, uint minute, long count)
    {
        var slot = Merge((activity, cell, minute), count);
        while (_counts.Count >= capacity && !_counts.ContainsKey(slot))
        {
            if (_step == 2)
            {
                Dropped += count;
                return;
            }

            _step++;
            var counts = _counts;
            _counts = new(capacity);
            foreach (var (kept, sum) in counts)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(_counts, Merge(kept, sum), out _) += sum;
            }

            slot = Merge(slot, count);
        }

        CollectionsMarshal.GetValueRefOrAddDefault(_counts, slot, out _) += count;
    }

    /// <summary>Removes and returns the counts, at most <paramref name="most"/> of them.</summary>
    public IReadOnlyDictionary<(KeyActivity Activity, UsageCell Cell, uint Minute), long> Take(int most = int.MaxValue)
    {
        var counts = _counts;
        if (counts.Count <= most)
        {
            (_counts, _step) = ([], 0);
            return counts;
        }

        var some = new Dictionary<(KeyActivity Activity, UsageCell Cell, uint Minute), long>(most);
        foreach (var (slot, count) in counts.Take(most))
        {
            some.Add(slot, count);
            counts.Remove(slot);
        }

        return some;
    }

    /// <summary>Removes the detail of a slot that is not kept at the current step.</summary>
    private (KeyActivity Activity, UsageCell Cell, uint Minute) Merge(
        (KeyActivity Activity, UsageCell Cell, uint Minute) slot, long count)
    {
        switch (_step)
        {
            case 0:
                return slot;
            case 1:
                return slot with { Minute = slot.Minute - (slot.Minute % MinutesPerHour) };
            default:
                Overflows += slot.Cell == slot.Cell.Other ? 0 : count;
                return (slot.Activity, slot.Cell.Other, slot.Minute - (slot.Minute % MinutesPerDay));
        }
    }
}
