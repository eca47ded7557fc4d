using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HirePanda.ApiKeys;

/// <summary>Validates the members of a request, brings them into canonical form, and collects the errors by field.</summary>
internal sealed class KeyRequestValidator(CompiledCatalog catalog, DateTimeOffset now)
{
    public const int MaxNameLength = 200;
    public const int MaxOwnerLength = 200;
    public const int MaxNetworks = 1000;
    public const int MaxRateLimits = 10;
    public const int MaxPermissions = 1000;
    public const int MaxMetadataBytes = 4096;
    public const int MaxPage = 200;

    private static readonly JsonSerializerOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan _maxLifetime = TimeSpan.FromDays(36_500);

    public ErrorList Errors { get; } = new();

    /// <summary>Gets the failure that names what is wrong.</summary>
    public ApiKeyFailure Failure => ApiKeyFailure.InvalidRequest(Errors.Details);

    public string Name(string? name)
    {
        if (name is null || name.EnumerateRunes().Count() > MaxNameLength
            || !name.EnumerateRunes().Any(Characters.IsVisible) || !Characters.AreText(name))
        {
            Refuse("name", $"must have 1 to {MaxNameLength} characters, none of them a control character");
        }

        return name ?? "";
    }

    public ApiKeyType? Type(string? name)
    {
        if (name is not null && catalog.TryGetType(name, out var type))
        {
            return type;
        }

        Refuse("type", $"is not one of the types: {string.Join(", ", catalog.TypeNames)}");
        return null;
    }

    public string? Owner(string? id)
    {
        if (id is not null && (id.Length == 0 || id.EnumerateRunes().Count() > MaxOwnerLength || !Characters.AreText(id)))
        {
            Refuse("ownerId", $"must have 1 to {MaxOwnerLength} characters, none of them a control character");
        }

        return id;
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
        if (names?.Count > MaxPermissions)
        {
            Refuse("permissions", $"must have at most {MaxPermissions} entries");
            return [];
        }

        var permissions = new List<string>();
        for (var i = 0; i < names?.Count; i++)
        {
            if (names[i] is not { } name || !catalog.TryGetPermission(name, out var permission))
            {
                Refuse(
                    ErrorList.Item("permissions", i), $"is not one of the permissions: {string.Join(", ", catalog.Permissions)}");
            }
            else if (!permissions.Contains(permission))
            {
                permissions.Add(permission);
            }
        }

        return permissions;
    }

    public IReadOnlyList<string> Networks(IReadOnlyList<string>? texts, string field = "allowedNetworks")
    {
        if (texts?.Count > MaxNetworks)
        {
            Refuse(field, $"must have at most {MaxNetworks} entries");
            return [];
        }

        var networks = new List<string>();
        for (var i = 0; i < texts?.Count; i++)
        {
            if (!IpNetwork.TryParse(texts[i], out var network))
            {
                Refuse(
                    ErrorList.Item(field, i),
                    "must be an IP address or a CIDR network without host bits, such as 192.0.2.7 or 2001:db8::/32");
            }
            else if (!networks.Contains(network.ToString()))
            {
                networks.Add(network.ToString());
            }
        }

        return networks;
    }

    /// <param name="limits">The limits; null or empty for those of the key's type.</param>
    /// <param name="max">The loosest limit that a key can be given; null for no such bound.</param>
    public IReadOnlyList<RateLimit> RateLimits(IReadOnlyList<RateLimit>? limits, RateLimit? max)
    {
        if (limits?.Count > MaxRateLimits)
        {
            Refuse("rateLimits", $"must have at most {MaxRateLimits} entries");
        }

        for (var i = 0; i < limits?.Count; i++)
        {
            if (limits[i].Permits is < 1 or > RateLimit.MaxPermits)
            {
                Refuse(ErrorList.Item("rateLimits", i) + ".permits", $"must be 1 to {RateLimit.MaxPermits}");
            }

            if (!new RateLimit(1, limits[i].Window).IsValid)
            {
                Refuse(ErrorList.Item("rateLimits", i) + ".windowSeconds", $"must be 1 to {RateLimit.MaxWindow.TotalSeconds}");
            }
        }

        if (Errors.IsEmpty && max is { } bound && limits is { Count: > 0 } && !limits.Any(limit => limit.Implies(bound)))
        {
            Refuse(
                "rateLimits",
                $"must have a limit of at most {bound.Permits} permits and no more a second than {bound.Permits} in "
                + $"{bound.Window.TotalSeconds} s");
        }

        return limits is null ? [] : [.. limits.Distinct()];
    }

    /// <summary>The expiry of a new key, which is said as a time or as a lifetime.</summary>
    public DateTimeOffset? ExpiresAt(DateTimeOffset? time, TimeSpan? lifetime)
    {
        if (lifetime is null)
        {
            return ExpiresAt(time);
        }

        if (time is not null)
        {
            Refuse("expiresInSeconds", "cannot be given together with expiresAt");
        }

        if (lifetime < TimeSpan.FromSeconds(1) || lifetime > _maxLifetime)
        {
            Refuse("expiresInSeconds", $"must be 1 to {_maxLifetime.TotalSeconds}");
            return null;
        }

        return Timestamps.Add(now, lifetime.Value);
    }

    public DateTimeOffset? ExpiresAt(DateTimeOffset? time)
    {
        if (time <= now)
        {
            Refuse("expiresAt", "must be in the future");
        }

        return time is null ? null : Timestamps.ToMicroseconds(time.Value);
    }

    /// <summary>The metadata of a new key.</summary>
    public JsonElement? Metadata(JsonElement? given)
        => IsMetadata(given) ? Compact(JsonObject.Create(given!.Value)!) : null;

    /// <summary>Merges a patch into metadata (RFC 7396).</summary>
    public JsonElement? Metadata(JsonElement? current, JsonElement? patch)
        => IsMetadata(patch)
            ? Compact(JsonMergePatch.Apply(current is { } old ? JsonObject.Create(old) : null, patch!.Value)!)
            : null;

    private bool IsMetadata(JsonElement? given)
    {
        if (given is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) })
        {
            Refuse("metadata", "must be an object");
        }

        return given is { ValueKind: JsonValueKind.Object };
    }

    private JsonElement? Compact(JsonNode metadata)
    {
        var bytes = Encoding.UTF8.GetBytes(metadata.ToJsonString(_relaxed));
        if (bytes.Length > MaxMetadataBytes)
        {
            Refuse("metadata", $"must have at most {MaxMetadataBytes} bytes");
            return null;
        }

        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }

    /// <summary>Where a page of a list begins, and whether it is not too long.</summary>
    public ApiKeyPageToken? Page(string? cursor, int limit)
    {
        if (limit is < 1 or > MaxPage)
        {
            Refuse("limit", $"must be 1 to {MaxPage}");
        }

        if (cursor is null)
        {
            return null;
        }

        var position = PageCursor.Read(cursor);
        if (position is null)
        {
            Refuse("cursor", "is not one that this API gave");
        }

        return position;
    }

    public void Refuse(string field, string message) => Errors.Add(field, message);
}
