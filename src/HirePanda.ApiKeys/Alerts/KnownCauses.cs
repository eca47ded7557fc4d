namespace HirePanda.ApiKeys;

/// <summary>Causes that this process has seen stored, so that it does not ask the store for the same ones all the time. Forgets the oldest.</summary>
internal sealed class KnownCauses(int capacity)
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _causes = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldestFirst = new();

    public bool Contains(string cause)
    {
        lock (_lock)
        {
            return _causes.Contains(cause);
        }
    }

    /// <summary>Adds a cause; false: it was known.</summary>
    public bool Add(string cause)
    {
        lock (_lock)
        {
            if (!_causes.Add(cause))
            {
                return false;
            }

            _oldestFirst.Enqueue(cause);
            if (_oldestFirst.Count > capacity)
            {
                _causes.Remove(_oldestFirst.Dequeue());
            }

            return true;
        }
    }
}
