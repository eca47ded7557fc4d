using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HirePanda.ApiKeys;

/// <summary>Checks what is asked of a key and brings it into canonical form; collects what is wrong, by field.</summary>
internal sealed class KeyRules(CompiledCatalog catalog, DateTimeOffset now)
{
    public const int MaxNameLength = 200;
    public const int MaxNetworks = 1000;
    public const int MaxRateLimits = 10;
    public const int MaxMetadataBytes = 4096;

    private readonly List<ApiKeyErrorDetail> _errors = [];

    public IReadOnlyList<ApiKeyErrorDetail> Errors => _errors;

    public string Name(string? name)
    {
        if (string.IsNullOrWhiteSpace(name) || name.EnumerateRunes().Count() > MaxNameLength)
        {
            Refuse("name", $"must have 1 to {MaxNameLength} characters");
        }

        return name ?? "";
    }

    public ApiKeyType? Type(string name)
    {
        if (!catalog.TryGetType(name, out var type))
        {
            Refuse("type", $"is not one of the types: {string.Join(", ", catalog.TypeNames)}");
        }

        return type;
    }

    public string? Tier(string? name)
    {
        if (name is null)
        {
            return null;
        }

        if (!catalog.TryGetTier(name, out var tier))
        {
            Refuse("tier", $"is not one of the tiers: {string.Join(", ", catalog.Tiers.Select(one => one.Name))}");
        }

        return tier;
    }

    public IReadOnlyList<string> Permissions(IReadOnlyList<string>? names)
    {
        var permissions = new List<string>();
        for (var i = 0; i < names?.Count; i++)
        {
            if (!catalog.TryGetPermission(names[i], out var permission))
            {
                Refuse(Item("permissions", i), $"is not one of the permissions: {string.Join(", ", catalog.Permissions)}");
            }
            else if (!permissions.Contains(permission))
            {
                permissions.Add(permission);
            }
        }

        return permissions;
    }

    public IReadOnlyList<string> Networks(IReadOnlyList<string>? texts)
    {
        if (texts?.Count > MaxNetworks)
        {
            Refuse("allowedNetworks", $"must have at most {MaxNetworks} entries");
            return [];
        }

        var networks = new List<string>();
        for (var i = 0; i < texts?.Count; i++)
        {
            if (!IpNetwork.TryParse(texts[i], out var network))
            {
                Refuse(Item("allowedNetworks", i), "must be an IP address or a CIDR network without host bits, such as 192.0.2.7 or 2001:db8::/32");
            }
            else if (!networks.Contains(network.ToString()))
            {
                networks.Add(network.ToString());
            }
        }

        return networks;
    }

    public IReadOnlyList<RateLimit> RateLimits(IReadOnlyList<RateLimit>? limits)
    {
        if (limits?.Count > MaxRateLimits)
        {
            Refuse("rateLimits", $"must have at most {MaxRateLimits} entries");
        }

        for (var i = 0; i < limits?.Count; i++)
        {
            if (limits[i].Permits is < 1 or > RateLimit.MaxPermits)
            {
                Refuse(Item("rateLimits", i) + ".permits", $"must be 1 to {RateLimit.MaxPermits}");
            }

            if (!(limits[i] with { Permits = 1 }).IsValid)
            {
                Refuse(Item("rateLimits", i) + ".windowSeconds", $"must be 1 to {RateLimit.MaxWindow.TotalSeconds}");
            }
        }

        return limits is null ? [] : [.. limits.Distinct()];
    }

    public DateTimeOffset? ExpiresAt(DateTimeOffset? time)
    {
        if (time <= now)
        {
            Refuse("expiresAt", "must be in the future");
        }

        return time is null ? null : Timestamps.ToMicroseconds(time.Value);
    }

    /// <summary>Merges a patch into metadata (RFC 7396).</summary>
    public JsonElement? Metadata(JsonElement? current, JsonElement? patch)
    {
        if (patch is not { ValueKind: not JsonValueKind.Null } given)
        {
            return null;
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            Refuse("metadata", "must be an object");
            return null;
        }

        var merged = Merge(current is { } old ? JsonObject.Create(old) : null, given)!.ToJsonString();
        if (Encoding.UTF8.GetByteCount(merged) > MaxMetadataBytes)
        {
            Refuse("metadata", $"must have at most {MaxMetadataBytes} bytes");
            return null;
        }

        using var document = JsonDocument.Parse(merged);
        return document.RootElement.Clone();
    }

    public void Refuse(string field, string message) => _errors.Add(new(field, message));

    private static string Item(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");

    private static JsonNode? Merge(JsonNode? target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            return patch.ValueKind == JsonValueKind.Array ? JsonArray.Create(patch) : JsonValue.Create(patch);
        }

        var merged = target as JsonObject ?? [];
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                merged.Remove(member.Name);
            }
            else
            {
                var node = Merge(merged[member.Name], member.Value);
                merged.Remove(member.Name);
                merged[member.Name] = node;
            }
        }

        return merged;
    }
}
