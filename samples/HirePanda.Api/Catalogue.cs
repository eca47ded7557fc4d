using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json.Serialization;

namespace HirePanda.Api;

/// <summary>The product's data, kept in memory to keep the sample simple.</summary>
public sealed class Catalogue
{
    public Shelf<Job> Jobs { get; } = new(
        "job", new Job { Title = "Gardener" }, new Job { Title = "Keeper" }, new Job { Title = "Vet" });

    public Shelf<Candidate> Candidates { get; } = new("cand", new Candidate { Name = "Candidate A" });

    public Shelf<Webhook> Webhooks { get; } = new("hook");

    public Shelf<Member> Team { get; } = new("user", new Member { Name = "Owner" });
}

/// <summary>A collection of items of one kind, by id.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed class Shelf<T>
    where T : Item
{
    private readonly ConcurrentDictionary<string, T> _items = new(StringComparer.Ordinal);
    private readonly string _prefix;
    private int _last;

    public Shelf(string prefix, params T[] items)
    {
        _prefix = prefix;
        Array.ForEach(items, item => Add(item));
    }

    public IEnumerable<T> All => _items.Values.OrderBy(item => item.CreatedOrder);

    public T? Find(string id) => _items.GetValueOrDefault(id);

    public T Add(T item)
    {
        var order = Interlocked.Increment(ref _last);
        var added = item with { Id = string.Create(CultureInfo.InvariantCulture, $"{_prefix}_{order}"), CreatedOrder = order };
        return _items[added.Id] = added;
    }

    public T? Replace(string id, T item)
        => _items.TryGetValue(id, out var old) ? _items[id] = item with { Id = id, CreatedOrder = old.CreatedOrder } : null;

    public bool Remove(string id) => _items.TryRemove(id, out _);
}

/// <summary>An item with an id that the server assigns.</summary>
public abstract record Item
{
    [JsonPropertyOrder(-1)]
    public string Id { get; init; } = "";

    internal int CreatedOrder { get; init; }
}

public sealed record Job : Item
{
    [Required, StringLength(200)]
    public string? Title { get; init; }

    public string? Description { get; init; }

    public string? Location { get; init; }
}

public sealed record Candidate : Item
{
    [Required, StringLength(200)]
    public string? Name { get; init; }

    public string? JobId { get; init; }
}

public sealed record Webhook : Item
{
    [Required, Url]
    public string? Url { get; init; }
}

public sealed record Member : Item
{
    [Required, StringLength(200)]
    public string? Name { get; init; }
}
