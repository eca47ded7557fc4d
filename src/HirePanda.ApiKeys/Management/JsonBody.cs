using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>
/// A JSON object that a caller sent, read member by member: unknown members and wrong types are collected with their paths, and
/// absent is told from null.
/// </summary>
internal sealed partial class JsonBody
{
    private readonly Dictionary<string, JsonElement> _members;
    private readonly ErrorList _errors = new();

    private JsonBody(Dictionary<string, JsonElement> members) => _members = members;

    /// <summary>
    /// Ends reading. Returns an error that names every mistake, unknown members included, or null if there is none.
    /// </summary>
    public ApiKeyError? Finish()
    {
        foreach (var name in _members.Keys)
        {
            Refuse(name, "is not a member that this call knows");
        }

        return _errors.IsEmpty ? null : _errors.ToError();
    }

    public bool Has(string name) => _members.ContainsKey(name);

    public void Refuse(string field, string message) => _errors.Add(field, message);

    public string? String(string name, bool isRequired = false) => Take(name, isRequired) is { } value ? Text(name, value) : null;

    public bool? Boolean(string name, bool isRequired = false) => Take(name, isRequired) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => Wrong<bool?>(name, "must be true or false"),
    };

    public long? Integer(string name) => Take(name) is { } value ? Number(name, value) : null;

    public JsonElement? Object(string name)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind != JsonValueKind.Object ? Wrong<JsonElement?>(name, "must be an object")
            : HasText(value) ? value
            : Wrong<JsonElement?>(name, "holds half of a surrogate pair, which is no text");
    }

    /// <summary>A time of ISO 8601 that says its offset.</summary>
    public DateTimeOffset? Time(string name)
    {
        if (Take(name) is not { } value || Text(name, value) is not { } text)
        {
            return null;
        }

        return IsoTime.TryParse(text, out var time)
            ? time
            : Wrong<DateTimeOffset?>(name, "must be a time with offset, such as 2030-01-31T12:00:00Z");
    }

    public IReadOnlyList<string>? Strings(string name)
        => Items(name)?.Select((item, i) => Text(ErrorList.Item(name, i), item) ?? "").ToList();

    public IReadOnlyList<RateLimit>? RateLimits(string name)
        => Items(name)?.Select((item, i) => RateLimit(ErrorList.Item(name, i), item)).ToList();

    /// <summary>Takes a member out; null where it is absent or null.</summary>
    private JsonElement? Take(string name, bool isRequired = false)
    {
        if (_members.Remove(name, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return value;
        }

        if (isRequired)
        {
            Refuse(name, "is required");
        }

        return null;
    }

    private List<JsonElement>? Items(string name) => Take(name) is { } value
        ? value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : Wrong<List<JsonElement>?>(name, "must be a list")
        : null;

    private RateLimit RateLimit(string path, JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return Wrong<RateLimit>(path, "must be an object with permits and windowSeconds");
        }

        long? permits = null, window = null;
        foreach (var member in item.EnumerateObject())
        {
            switch (member.Name)
            {
                case "permits":
                    permits = Number(path + ".permits", member.Value);
                    break;
                case "windowSeconds":
                    window = Number(path + ".windowSeconds", member.Value);
                    break;
                default:
                    Refuse($"{path}.{member.Name}", "is not a member that this call knows");
                    break;
            }
        }

        if (!item.TryGetProperty("permits", out _))
        {
            Refuse(path + ".permits", "is required");
        }

        if (!item.TryGetProperty("windowSeconds", out _))
        {
            Refuse(path + ".windowSeconds", "is required");
        }

        // What is out of range stays out of range: the rules refuse it by its field.
        return new(
            (int)Math.Clamp(permits ?? 1, 0, int.MaxValue), TimeSpan.FromSeconds(Math.Clamp(window ?? 1, 0, int.MaxValue)));
    }

    private long? Number(string path, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number)
            ? number
            : Wrong<long?>(path, "must be a whole number");

    private string? Text(string path, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            try
            {
                return value.GetString();
            }
            catch (InvalidOperationException)
            {
                // Half of a surrogate pair: valid JSON, but no text.
            }
        }

        return Wrong<string?>(path, "must be a string");
    }

    /// <summary>Whether every name and string in it is text.</summary>
    private static bool HasText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is not null,
                JsonValueKind.Array => value.EnumerateArray().All(HasText),
                JsonValueKind.Object => value.EnumerateObject().All(member => member.Name is not null && HasText(member.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private T? Wrong<T>(string path, string message)
    {
        Refuse(path, message);
        return default;
    }
}
