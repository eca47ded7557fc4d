using System.Numerics;
using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts something that happens in every request. Each processor adds to its own cell, so that processors do not wait for each
/// other. The cells are summed only when the count is read.
/// </summary>
internal sealed class StripedCounter
{
    private static readonly int _processors = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);

    /// <summary>The cells. The first is unused, because it is next to the array's length, which all processors read.</summary>
    private readonly Cell[] _cells = new Cell[1 + _processors];

    public long Sum
    {
        get
        {
            var sum = 0L;
            foreach (ref var cell in _cells.AsSpan())
            {
                sum += Volatile.Read(ref cell.Count);
            }

            return sum;
        }
    }

    public void Add() => Interlocked.Increment(ref _cells[1 + (Thread.GetCurrentProcessorId() & (_processors - 1))].Count);

    /// <summary>A cell of two cache lines, which is how much memory processors fetch together.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Cell
    {
        public long Count;
    }
}
