using System.Data.Common;
using System.Text.Json;

namespace HirePanda.ApiKeys.EntityFrameworkCore;

/// <summary>
/// A key as a row. Times are UTC microseconds since the Unix epoch, because SQLite sorts integers correctly. Lists are JSON.
/// </summary>
internal sealed class KeyRow
{
    public required string Id { get; set; }
    public required string Workspace { get; set; }
    public required byte[] Hash { get; set; }
    public required string Name { get; set; }
    public required string Type { get; set; }
    public required string? OwnerId { get; set; }
    public required string? Tier { get; set; }
    public required string Permissions { get; set; }
    public required string Hint { get; set; }
    public required bool IsEnabled { get; set; }
    public required long CreatedAt { get; set; }
    public required string? CreatedBy { get; set; }
    public required long? ExpiresAt { get; set; }
    public required bool IsExpiryShortened { get; set; }
    public required long? LastUsedAt { get; set; }
    public required long? RevokedAt { get; set; }
    public required string? RevokedReason { get; set; }
    public required string? Replaces { get; set; }
    public required string? ReplacedBy { get; set; }
    public required string? Family { get; set; }
    public required string AllowedNetworks { get; set; }
    public required string RateLimits { get; set; }
    public required string? Metadata { get; set; }
    public required long Version { get; set; }

    public static KeyRow From(ApiKey key) => new()
    {
        Id = key.Id,
        Workspace = key.Workspace,
        Hash = key.Hash.ToByteArray(),
        Name = key.Name,
        Type = key.Type,
        OwnerId = key.OwnerId,
        Tier = key.Tier,
        Permissions = Columns.Write(key.Permissions),
        Hint = key.Hint,
        IsEnabled = key.IsEnabled,
        CreatedAt = Columns.Write(key.CreatedAt),
        CreatedBy = key.CreatedBy,
        ExpiresAt = Columns.Write(key.ExpiresAt),
        IsExpiryShortened = key.IsExpiryShortened,
        LastUsedAt = Columns.Write(key.LastUsedAt),
        RevokedAt = Columns.Write(key.RevokedAt),
        RevokedReason = key.RevokedReason,
        Replaces = key.Replaces,
        ReplacedBy = key.ReplacedBy,
        Family = key.Family,
        AllowedNetworks = Columns.Write(key.AllowedNetworks),
        RateLimits = Columns.Write(key.RateLimits),
        Metadata = Columns.Write(key.Metadata),
        Version = key.Version,
    };

    public ApiKey ToKey() => new()
    {
        Id = Id,
        Workspace = Workspace,
        Hash = new ApiKeyHash(Hash),
        Name = Name,
        Type = Type,
        OwnerId = OwnerId,
        Tier = Tier,
        Permissions = Columns.ReadStrings(Permissions),
        Hint = Hint,
        IsEnabled = IsEnabled,
        CreatedAt = Columns.ReadTime(CreatedAt),
        CreatedBy = CreatedBy,
        ExpiresAt = Columns.ReadTime(ExpiresAt),
        IsExpiryShortened = IsExpiryShortened,
        LastUsedAt = Columns.ReadTime(LastUsedAt),
        RevokedAt = Columns.ReadTime(RevokedAt),
        RevokedReason = RevokedReason,
        Replaces = Replaces,
        ReplacedBy = ReplacedBy,
        Family = Family,
        AllowedNetworks = Columns.ReadStrings(AllowedNetworks),
        RateLimits = Columns.ReadLimits(RateLimits),
        Metadata = Columns.ReadJson(Metadata),
        Version = Version,
    };
}

/// <summary>A workspace's settings as a row.</summary>
internal sealed class WorkspaceRow
{
    public required string Id { get; set; }
    public required bool AllowlistEnabled { get; set; }
    public required bool AllowlistReportOnly { get; set; }
    public required string AllowedNetworks { get; set; }
    public required long Version { get; set; }

    public static WorkspaceRow From(ApiKeyWorkspace workspace) => new()
    {
        Id = workspace.Id,
        AllowlistEnabled = workspace.IsAllowlistEnabled,
        AllowlistReportOnly = workspace.IsAllowlistReportOnly,
        AllowedNetworks = Columns.Write(workspace.AllowedNetworks),
        Version = workspace.Version,
    };

    public ApiKeyWorkspace ToWorkspace() => new()
    {
        Id = Id,
        IsAllowlistEnabled = AllowlistEnabled,
        IsAllowlistReportOnly = AllowlistReportOnly,
        AllowedNetworks = Columns.ReadStrings(AllowedNetworks),
        Version = Version,
    };
}

/// <summary>An audit entry as a row.</summary>
internal sealed class AuditRow
{
    public required string Id { get; set; }
    public required string Workspace { get; set; }
    public required long At { get; set; }
    public required string Actor { get; set; }
    public required string Action { get; set; }
    public required string? KeyId { get; set; }
    public required string? Before { get; set; }
    public required string? After { get; set; }
    public required string? Address { get; set; }

    public static AuditRow From(ApiKeyAuditEntry entry) => new()
    {
        Id = entry.Id,
        Workspace = entry.Workspace,
        At = Columns.Write(entry.At),
        Actor = entry.Actor,
        Action = entry.Action,
        KeyId = entry.KeyId,
        Before = Columns.Write(entry.Before),
        After = Columns.Write(entry.After),
        Address = entry.Address,
    };

    public ApiKeyAuditEntry ToEntry() => new()
    {
        Id = Id,
        Workspace = Workspace,
        At = Columns.ReadTime(At),
        Actor = Actor,
        Action = Action,
        KeyId = KeyId,
        Before = Columns.ReadJson(Before),
        After = Columns.ReadJson(After),
        Address = Address,
    };
}

/// <summary>A row of the change table, which names what other processes must remove from their caches.</summary>
internal sealed class ChangeRow
{
    public long Number { get; set; }
    public required long At { get; set; }
    public required byte[]? Hash { get; set; }
    public required string? Workspace { get; set; }

    /// <summary>Reads the number, time, hash, and workspace, in this order.</summary>
    public static ApiKeyChangeNotification Read(DbDataReader reader) => new()
    {
        Number = reader.GetInt64(0),
        At = Columns.ReadTime(reader.GetInt64(1)),
        Hash = reader.IsDBNull(2) ? null : new ApiKeyHash(reader.GetFieldValue<byte[]>(2)),
        Workspace = reader.IsDBNull(3) ? null : reader.GetString(3),
    };
}

/// <summary>Converts values to and from columns.</summary>
internal static class Columns
{
    public static long Write(DateTimeOffset time)
        => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Rounds up, so that a comparison with stored times has the same result as with the exact time.</summary>
    public static long WriteBound(DateTimeOffset time)
        => Write(time) + (time.UtcTicks % TimeSpan.TicksPerMicrosecond == 0 || time < DateTimeOffset.UnixEpoch ? 0 : 1);

    public static long? Write(DateTimeOffset? time) => time is null ? null : Write(time.Value);

    public static string Write(IReadOnlyList<string> strings) => JsonSerializer.Serialize(strings);

    public static string Write(IReadOnlyList<RateLimit> limits)
        => JsonSerializer.Serialize(limits.Select(limit => new[] { limit.Permits, (long)limit.Window.TotalSeconds }));

    public static string? Write(JsonElement? json) => json?.GetRawText();

    public static DateTimeOffset ReadTime(long microseconds)
        => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    public static DateTimeOffset? ReadTime(long? microseconds) => microseconds is null ? null : ReadTime(microseconds.Value);

    public static IReadOnlyList<string> ReadStrings(string json)
        => json == "[]" ? [] : JsonSerializer.Deserialize<string[]>(json)!;

    public static IReadOnlyList<RateLimit> ReadLimits(string json) => json == "[]"
        ? []
        : [.. JsonSerializer.Deserialize<long[][]>(json)!
                .Select(pair => new RateLimit((int)pair[0], TimeSpan.FromSeconds(pair[1])))];

    public static JsonElement? ReadJson(string? json)
    {
        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
