using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts the requests of one key since the counts were last taken. A hash table holds pairs of a cell and a word. A word is a
/// minute and its count. A request changes one word by compare-and-swap, without a lock or an allocation. A table that is
/// replaced is closed pair by pair. A request that still uses it finds a closed pair and changes to the new table, so that no
/// count is lost.
/// </summary>
internal abstract class UsageCounters(UsageBudget budget)
{
    private const int FirstCells = 2;
    private const int MaxCells = 16_384;
    private const int MaxProbes = 16;
    private const ulong Closed = ulong.MaxValue;

    private ulong[] _table = [];

    /// <summary>The counts outside the table: of past minutes, and of cells that do not fit into the table.</summary>
    private Dictionary<(UsageCell Cell, uint Minute), long>? _spilled;

    private enum Added
    {
        Yes,
        NoRoom,
        IsClosed,
    }

    /// <summary>Returns the table's cells to the budget.</summary>
    public void Close() => TryReplace(Volatile.Read(ref _table), 0);

    /// <summary>Counts one request.</summary>
    protected void Add(UsageCell cell, uint minute)
    {
        while (true)
        {
            var table = Volatile.Read(ref _table);
            switch (TryAdd(table, cell, minute, 1))
            {
                case Added.Yes:
                    return;
                case Added.NoRoom when !TryReplace(table, Math.Max(FirstCells, table.Length)):
                    budget.CountOverflow();
                    Spill(cell.Other, minute, 1);
                    return;
            }
        }
    }

    /// <summary>Moves all counts to <paramref name="into"/>.</summary>
    protected void Take(KeyActivity activity, UsagePending into)
    {
        lock (this)
        {
            var taken = 0;
            for (var i = 0; i < _table.Length; i += 2)
            {
                if ((uint)Volatile.Read(ref _table[i + 1]) != 0)
                {
                    var word = Interlocked.Exchange(ref _table[i + 1], 0);
                    into.Add(activity, new UsageCell(_table[i]), (uint)(word >> 32), (uint)word);
                    taken++;
                }
            }

            foreach (var ((cell, minute), count) in _spilled ?? [])
            {
                into.Add(activity, cell, minute, count);
            }

            _spilled = null;
            if (_table.Length > 32 * Math.Max(taken, FirstCells))
            {
                // Most cells of the table are no longer used.
                TryReplace(_table, _table.Length / 4);
            }
        }
    }

    private Added TryAdd(ulong[] table, UsageCell cell, uint minute, uint count)
    {
        var mask = (table.Length / 2) - 1;
        var index = (int)((cell.Value * 0x9E37_79B9_7F4A_7C15) >> 40);
        for (var probe = 0; probe < MaxProbes && probe <= mask; probe++)
        {
            ref var pair = ref table[2 * ((index + probe) & mask)];
            var found = Volatile.Read(ref pair);
            if (found == 0 && (found = Interlocked.CompareExchange(ref pair, cell.Value, 0)) == 0)
            {
                found = cell.Value;
            }

            if (found == cell.Value)
            {
                return Count(ref table[(2 * ((index + probe) & mask)) + 1], cell, minute, count);
            }

            if (found == Closed)
            {
                return Added.IsClosed;
            }
        }

        return Added.NoRoom;
    }

    private Added Count(ref ulong word, UsageCell cell, uint minute, uint count)
    {
        while (true)
        {
            var seen = Volatile.Read(ref word);
            if (seen == Closed)
            {
                return Added.IsClosed;
            }

            var isOfThisMinute = (uint)(seen >> 32) == minute;
            var next = isOfThisMinute ? seen + count : ((ulong)minute << 32) | count;
            if (Interlocked.CompareExchange(ref word, next, seen) == seen)
            {
                if (!isOfThisMinute && (uint)seen != 0)
                {
                    Spill(cell, (uint)(seen >> 32), (uint)seen);
                }

                return Added.Yes;
            }
        }
    }

    private void Spill(UsageCell cell, uint minute, long count)
    {
        lock (this)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_spilled ??= [], (cell, minute), out _) += count;
        }
    }

    /// <summary>Replaces a table with a new one.</summary>
    /// <param name="table">The table to replace.</param>
    /// <param name="cells">The number of cells of the new table.</param>
    /// <returns>False if there is no room for the new table; otherwise, true.</returns>
    private bool TryReplace(ulong[] table, int cells)
    {
        lock (this)
        {
            if (table != _table)
            {
                // Another thread has just replaced the table.
                return true;
            }

            if (cells > MaxCells || !budget.TryTake(cells - (table.Length / 2)))
            {
                return false;
            }

            var other = new ulong[2 * cells];
            Volatile.Write(ref _table, other);
            for (var i = 0; i < table.Length; i += 2)
            {
                var cell = Interlocked.Exchange(ref table[i], Closed);
                var word = Interlocked.Exchange(ref table[i + 1], Closed);
                if ((uint)word != 0 && TryAdd(other, new UsageCell(cell), (uint)(word >> 32), (uint)word) != Added.Yes)
                {
                    Spill(new UsageCell(cell), (uint)(word >> 32), (uint)word);
                }
            }

            return true;
        }
    }
}

/// <summary>Limits the number of cells of all keys together to 8,000,000. A cell takes 16 bytes.</summary>
internal sealed class UsageBudget
{
    private const long MaxCells = 8_000_000;

    private long _cells;
    private long _overflows;

    /// <summary>Gets the number of requests that were counted in the "other" row because there was no room.</summary>
    public long Overflows => Volatile.Read(ref _overflows);

    public bool TryTake(int cells)
    {
        if (Interlocked.Add(ref _cells, cells) <= MaxCells || cells <= 0)
        {
            return true;
        }

        Interlocked.Add(ref _cells, -cells);
        return false;
    }

    public void CountOverflow() => Interlocked.Increment(ref _overflows);
}
