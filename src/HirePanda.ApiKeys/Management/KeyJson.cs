using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace HirePanda.ApiKeys;

/// <summary>A key as callers see it.</summary>
internal sealed record KeyResponse
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Type { get; init; }
    public required string? OwnerId { get; init; }
    public required string? Tier { get; init; }
    public required IReadOnlyList<string> Permissions { get; init; }
    public required string Hint { get; init; }
    public required string Status { get; init; }
    public required bool Enabled { get; init; }
    public required DateTime CreatedAt { get; init; }
    public required string? CreatedBy { get; init; }
    public required long Version { get; init; }
    public required DateTime? ExpiresAt { get; init; }
    public required DateTime? LastUsedAt { get; init; }
    public required DateTime? RevokedAt { get; init; }
    public required string? RevokedReason { get; init; }
    public required string? Replaces { get; init; }
    public required string? ReplacedBy { get; init; }
    public required IReadOnlyList<string> AllowedNetworks { get; init; }
    public required IReadOnlyList<RateLimitResponse> RateLimits { get; init; }
    public required JsonElement? Metadata { get; init; }

    /// <summary>In the answer that created it, and in no other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public static KeyResponse Of(ApiKey key, DateTimeOffset now, string? secret = null) => new()
    {
        Id = key.Id,
        Name = key.Name,
        Type = key.Type,
        OwnerId = key.OwnerId,
        Tier = key.Tier,
        Permissions = key.Permissions,
        Hint = key.Hint,
        Status = key.GetStatus(now) switch
        {
            ApiKeyStatus.Active => "active",
            ApiKeyStatus.Disabled => "disabled",
            ApiKeyStatus.Expired => "expired",
            _ => "revoked",
        },
        Enabled = key.IsEnabled,
        CreatedAt = key.CreatedAt.UtcDateTime,
        CreatedBy = key.CreatedBy,
        Version = key.Version,
        ExpiresAt = key.ExpiresAt?.UtcDateTime,
        LastUsedAt = key.LastUsedAt?.UtcDateTime,
        RevokedAt = key.RevokedAt?.UtcDateTime,
        RevokedReason = key.RevokedReason,
        Replaces = key.Replaces,
        ReplacedBy = key.ReplacedBy,
        AllowedNetworks = key.AllowedNetworks,
        RateLimits = [.. key.RateLimits.Select(RateLimitResponse.Of)],
        Metadata = key.Metadata,
        Secret = secret,
    };
}

/// <summary>A limit as callers see it.</summary>
internal sealed record RateLimitResponse(int Permits, long WindowSeconds)
{
    public static RateLimitResponse Of(RateLimit limit) => new(limit.Permits, (long)limit.Window.TotalSeconds);
}

/// <summary>A page of keys as callers see it.</summary>
internal sealed record KeyPageResponse(IReadOnlyList<KeyResponse> Items, string? NextCursor);

/// <summary>A key as its own holder sees it.</summary>
internal sealed record OwnKeyResponse
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Type { get; init; }
    public required string? OwnerId { get; init; }
    public required string? Tier { get; init; }
    public required IReadOnlyList<string> Permissions { get; init; }
    public required IReadOnlyList<string> EffectivePermissions { get; init; }
    public required DateTime? ExpiresAt { get; init; }
    public required IReadOnlyList<RateLimitResponse> RateLimits { get; init; }

    public static OwnKeyResponse Of(LiveKey live) => new()
    {
        Id = live.Key.Id,
        Name = live.Key.Name,
        Type = live.Key.Type,
        OwnerId = live.Key.OwnerId,
        Tier = live.Key.Tier,
        Permissions = live.Key.Permissions,
        EffectivePermissions = live.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ExpiresAt = live.Key.ExpiresAt?.UtcDateTime,
        RateLimits = [.. live.Limits.Limits.Select(RateLimitResponse.Of)],
    };
}

/// <summary>How many keys were revoked.</summary>
internal sealed record RevokedResponse(int Revoked);

/// <summary>A workspace's IP allowlist as callers see it.</summary>
internal sealed record AllowlistResponse(bool Enabled, bool ReportOnly, IReadOnlyList<string> Networks)
{
    public static AllowlistResponse Of(ApiKeyWorkspace workspace)
        => new(workspace.IsAllowlistEnabled, workspace.IsAllowlistReportOnly, workspace.AllowedNetworks);
}

/// <summary>An audit entry as callers see it.</summary>
internal sealed record AuditEntryResponse(
    string Id, DateTime At, string Actor, string Action, string? KeyId, JsonElement? Before, JsonElement? After, string? Address)
{
    public static AuditEntryResponse Of(ApiKeyAuditEntry entry)
        => new(entry.Id, entry.At.UtcDateTime, entry.Actor, entry.Action, entry.KeyId, entry.Before, entry.After, entry.Address);
}

/// <summary>A page of the audit as callers see it.</summary>
internal sealed record AuditPageResponse(IReadOnlyList<AuditEntryResponse> Items, string? NextCursor);

/// <summary>The JSON contract, which does not depend on the host's JSON settings.</summary>
[JsonSerializable(typeof(KeyResponse))]
[JsonSerializable(typeof(KeyPageResponse))]
[JsonSerializable(typeof(OwnKeyResponse))]
[JsonSerializable(typeof(AllowlistResponse))]
[JsonSerializable(typeof(AuditPageResponse))]
[JsonSerializable(typeof(RevokedResponse))]
[JsonSerializable(typeof(UsageResponse))]
[JsonSerializable(typeof(AddressTestResponse))]
[JsonSerializable(typeof(CatalogResponse))]
[JsonSerializable(typeof(AccessListResponse))]
internal sealed partial class KeyJson : JsonSerializerContext
{
    /// <summary>Escapes only what could harm inside HTML, so that a hint's … stays readable.</summary>
    public static KeyJson Contract { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });
}
