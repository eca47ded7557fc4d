using System.Numerics;
using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// A count that every request adds to: each processor has a cell of its own, so that they do not wait for each other, and nobody
/// sums them up until somebody asks.
/// </summary>
internal sealed class StripedCounter
{
    private static readonly int _processors = (int)BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount);

    /// <summary>The first one is no processor's: next to it is the array's length, which all of them read.</summary>
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

    /// <summary>As far apart as processors fetch memory: two cache lines.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Cell
    {
        public long Count;
    }
}
