using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>What many keys have in common, made once for all of them: by name, and only so many, however keys are made.</summary>
internal sealed class BoundedInternPool<T>(int capacity = 10_000)
    where T : class
{
    private readonly ConcurrentDictionary<string, T> _known = new(StringComparer.Ordinal);
    private int _count;

    public bool TryGet(string name, [NotNullWhen(true)] out T? value) => _known.TryGetValue(name, out value);

    /// <summary>Shares a value from here on, unless there is one of this name or no room.</summary>
    /// <returns>The one to use.</returns>
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
