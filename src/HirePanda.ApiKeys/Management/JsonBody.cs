using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HirePanda.ApiKeys;

/// <summary>
/// A JSON object that a caller sent, read member by member: unknown members and wrong types are collected with their paths, and
/// absent is told from null.
/// </summary>
internal sealed class JsonBody
{
    private const int MaxBytes = 2 * 1024 * 1024;
    private const int MaxDepth = 32;
    private const int MaxErrors = 20;

    private readonly Dictionary<string, JsonElement> _members;
    private readonly List<ApiKeyErrorDetail> _errors = [];

    private JsonBody(Dictionary<string, JsonElement> members) => _members = members;

    /// <summary>Reads the body of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isOptional">Whether no body counts as an empty object.</param>
    public static async Task<ApiKeyResult<JsonBody>> ReadAsync(HttpRequest request, bool isOptional = false)
    {
        var bytes = await ReadBytesAsync(request).ConfigureAwait(false);
        if (bytes is null)
        {
            return new ApiKeyError("payload_too_large", $"The body has more than {MaxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
        }

        if (bytes.Length == 0 && isOptional)
        {
            return new JsonBody([]);
        }

        if (bytes.Length > 0 && !IsJson(request.ContentType))
        {
            return new ApiKeyError("unsupported_media_type", "The Content-Type must be application/json", StatusCodes.Status415UnsupportedMediaType);
        }

        if (!Utf8.IsValid(bytes))
        {
            return Invalid("is no UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonBody(document.RootElement.Clone().EnumerateObject().ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal))
                : Invalid("must be a JSON object");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Invalid("is no valid JSON");
        }
    }

    /// <summary>Ends reading: names what was wrong, members that nobody asked for included; null: nothing was.</summary>
    public ApiKeyError? Finish()
    {
        _errors.AddRange(_members.Keys.Select(name => new ApiKeyErrorDetail(name, "is not a member that this call knows")));
        return _errors.Count == 0 ? null : ApiKeyError.InvalidRequest([.. _errors]);
    }

    public bool Has(string name) => _members.ContainsKey(name);

    public void Refuse(string field, string message)
    {
        if (_errors.Count < MaxErrors)
        {
            _errors.Add(new(field, message));
        }
    }

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

        var hasOffset = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal);
        return text.Contains('T', StringComparison.Ordinal) && hasOffset && value.TryGetDateTimeOffset(out var time)
            ? time
            : Wrong<DateTimeOffset?>(name, "must be a time with offset, such as 2030-01-31T12:00:00Z");
    }

    public IReadOnlyList<string>? Strings(string name)
        => Items(name)?.Select((item, i) => Text(Item(name, i), item) ?? "").ToList();

    public IReadOnlyList<RateLimit>? RateLimits(string name)
        => Items(name)?.Select((item, i) => RateLimit(Item(name, i), item)).ToList();

    private static async Task<byte[]?> ReadBytesAsync(HttpRequest request)
    {
        if (request.ContentLength > MaxBytes)
        {
            return null;
        }

        using var memory = new MemoryStream();
        var buffer = new byte[8192];
        try
        {
            int count;
            while ((count = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted).ConfigureAwait(false)) > 0)
            {
                if (memory.Length + count > MaxBytes)
                {
                    return null;
                }

                memory.Write(buffer, 0, count);
            }
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }

        return memory.ToArray();
    }

    private static bool IsJson(string? contentType)
        => MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static ApiKeyError Invalid(string message) => ApiKeyError.InvalidRequest(new ApiKeyErrorDetail("", "The body " + message));

    private static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");

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
        return new((int)Math.Clamp(permits ?? 1, 0, int.MaxValue), TimeSpan.FromSeconds(Math.Clamp(window ?? 1, 0, int.MaxValue)));
    }

    private long? Number(string path, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : Wrong<long?>(path, "must be a whole number");

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
