namespace HirePanda.ApiKeys;

/// <summary>
/// The deduplication keys that this process knows to be stored, so that it does not ask the store again. The oldest are removed
/// first.
/// </summary>
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

    /// <summary>Adds a key. Returns false if it was known.</summary>
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
