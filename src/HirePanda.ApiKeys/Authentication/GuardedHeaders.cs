using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>
/// The header fields of a response. After each change of <c>Vary</c> or <c>Cache-Control</c>, <see cref="CacheGuard"/> corrects
/// them.
/// </summary>
internal sealed class GuardedHeaders(IHeaderDictionary inner, IReadOnlyList<string> headerNames, CacheGuard guard)
    : IHeaderDictionary
{
    public int Count => inner.Count;

    public bool IsReadOnly => inner.IsReadOnly;

    public ICollection<string> Keys => inner.Keys;

    public ICollection<StringValues> Values => inner.Values;

    public long? ContentLength { get => inner.ContentLength; set => inner.ContentLength = value; }

    public StringValues this[string key]
    {
        get => inner[key];
        set
        {
            inner[key] = value;
            Guard(key);
        }
    }

    /// <summary>Determines whether this object guards the given fields.</summary>
    public bool Wraps(IHeaderDictionary headers) => inner == headers;

    public void Add(string key, StringValues value)
    {
        // The guard may have added the field, so Add must not fail because it exists.
        if (IsGuarded(key))
        {
            this[key] = StringValues.Concat(inner[key], value);
            return;
        }

#pragma warning disable ASP0019 // A caller that adds a field twice gets the exception of the inner dictionary.
        inner.Add(key, value);
#pragma warning restore ASP0019
    }

    public void Add(KeyValuePair<string, StringValues> item) => Add(item.Key, item.Value);

    public bool Remove(string key)
    {
        var isRemoved = inner.Remove(key);
        Guard(key);
        return isRemoved;
    }

    public bool Remove(KeyValuePair<string, StringValues> item)
    {
        var isRemoved = inner.Remove(item);
        Guard(item.Key);
        return isRemoved;
    }

    public void Clear()
    {
        inner.Clear();
        CacheGuard.Apply(inner, headerNames, guard.IsPrivate);
    }

    public bool Contains(KeyValuePair<string, StringValues> item) => inner.Contains(item);

    public bool ContainsKey(string key) => inner.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out StringValues value) => inner.TryGetValue(key, out value);

    public void CopyTo(KeyValuePair<string, StringValues>[] array, int arrayIndex) => inner.CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => inner.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => inner.GetEnumerator();

    private static bool Is(string key, string name) => key.Equals(name, StringComparison.OrdinalIgnoreCase);

    private bool IsGuarded(string key)
        => (headerNames.Count > 0 && Is(key, HeaderNames.Vary)) || (guard.IsPrivate && Is(key, HeaderNames.CacheControl));

    private void Guard(string key)
    {
        if (IsGuarded(key))
        {
            CacheGuard.Apply(inner, headerNames, guard.IsPrivate);
        }
    }
}
