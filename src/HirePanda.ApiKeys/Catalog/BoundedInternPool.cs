using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>
/// Shares equal values between keys, by name, so that each value is in memory once. The number of shared values is bounded.
/// </summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <param name="capacity">The maximum number of shared values. The default is 10,000.</param>
internal sealed class BoundedInternPool<T>(int capacity = 10_000)
    where T : class
{
    private readonly ConcurrentDictionary<string, T> _known = new(StringComparer.Ordinal);
    private int _count;

    public bool TryGet(string name, [NotNullWhen(true)] out T? value) => _known.TryGetValue(name, out value);

    /// <summary>Adds a value, unless the pool has a value with this name or is full.</summary>
    /// <returns>The value to use.</returns>
    public T Add(string name, T value)
    {
        if (_known.TryGetValue(name, out var known))
        {
            return known;
        }

        if (Interlocked.Increment(ref _count) > capacity)
        {
            Interlocked.Decrement(ref _count);
            return value;
        }

        return _known.GetOrAdd(name, value);
    }
}
