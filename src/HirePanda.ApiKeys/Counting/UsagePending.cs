using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts that wait for the store. While it is away they are merged, and beyond a bound told apart less and less: hours instead
/// of minutes, then days and nothing but key and status. What even then has no room is dropped, and counted as such.
/// </summary>
internal sealed class UsagePending(int capacity = 500_000)
{
    private const uint MinutesPerHour = 60;
    private const uint MinutesPerDay = 24 * 60;

    private Dictionary<(KeyActivity Use, UsageCell Cell, uint Minute), long> _counts = [];
    private int _step;

    public int Count => _counts.Count;

    /// <summary>Requests that were dropped so far.</summary>
    public long Dropped { get; private set; }

    /// <summary>Requests that were merged into an "other" row so far.</summary>
    public long Overflows { get; private set; }

    public void Add(KeyActivity use, UsageCell cell, uint minute, long count)
    {
        var slot = Merge((use, cell, minute), count);
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

    /// <summary>Takes out everything, or as many as are wanted at most.</summary>
    public IReadOnlyDictionary<(KeyActivity Use, UsageCell Cell, uint Minute), long> Take(int most = int.MaxValue)
    {
        var counts = _counts;
        if (counts.Count <= most)
        {
            (_counts, _step) = ([], 0);
            return counts;
        }

        var some = new Dictionary<(KeyActivity Use, UsageCell Cell, uint Minute), long>(most);
        foreach (var (slot, count) in counts.Take(most))
        {
            some.Add(slot, count);
            counts.Remove(slot);
        }

        return some;
    }

    private (KeyActivity Use, UsageCell Cell, uint Minute) Merge((KeyActivity Use, UsageCell Cell, uint Minute) slot, long count)
    {
        switch (_step)
        {
            case 0:
                return slot;
            case 1:
                return slot with { Minute = slot.Minute - (slot.Minute % MinutesPerHour) };
            default:
                Overflows += slot.Cell == slot.Cell.Other ? 0 : count;
                return (slot.Use, slot.Cell.Other, slot.Minute - (slot.Minute % MinutesPerDay));
        }
    }
}
