using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>A dictionary that is made when something is put into it: tickets come with two, and nearly no request uses either.</summary>
internal sealed class LazyDictionary<TValue> : IDictionary<string, TValue>
{
    private static readonly Dictionary<string, TValue> _empty = [];
    private Dictionary<string, TValue>? _made;

    public ICollection<string> Keys => Read.Keys;

    public ICollection<TValue> Values => Read.Values;

    public int Count => Read.Count;

    public bool IsReadOnly => false;

    private Dictionary<string, TValue> Read => _made ?? _empty;

    private Dictionary<string, TValue> Write => _made ??= new(StringComparer.Ordinal);

    public TValue this[string key]
    {
        get => Read[key];
        set => Write[key] = value;
    }

    public void Add(string key, TValue value) => Write.Add(key, value);

    public void Add(KeyValuePair<string, TValue> item) => Write.Add(item.Key, item.Value);

    public bool Remove(string key) => Read.Remove(key);

    public bool Remove(KeyValuePair<string, TValue> item) => ((ICollection<KeyValuePair<string, TValue>>)Read).Remove(item);

    public void Clear() => Read.Clear();

    public bool ContainsKey(string key) => Read.ContainsKey(key);

    public bool Contains(KeyValuePair<string, TValue> item) => Read.Contains(item);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out TValue value) => Read.TryGetValue(key, out value);

    public void CopyTo(KeyValuePair<string, TValue>[] array, int arrayIndex) => ((ICollection<KeyValuePair<string, TValue>>)Read).CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, TValue>> GetEnumerator() => Read.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
