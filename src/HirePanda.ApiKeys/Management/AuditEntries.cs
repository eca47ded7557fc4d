using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>Makes audit entries. What a key was and is has neither secret nor hash: it is what callers see of it.</summary>
internal static class AuditEntries
{
    private const int MaxIdLength = 100;

    public static ApiKeyAuditEntry New(
        ApiKeyActor actor,
        string action,
        DateTimeOffset now,
        string? keyId,
        JsonElement? before = null,
        JsonElement? after = null)
        => new()
        {
            Id = "evt_" + Guid.CreateVersion7(now).ToString("N"),
            Workspace = actor.Workspace,
            At = Timestamps.ToMicroseconds(now),
            Actor = actor.Id,
            Action = action,
            KeyId = keyId,
            Before = before,
            After = after,
            Address = actor.Address?.ToString(),
        };

    /// <summary>
    /// An id that a caller made up, if it can be one; null otherwise, so that an entry stays small and any database accepts it.
    /// </summary>
    public static string? Id(string given)
        => given.Length <= MaxIdLength && !given.AsSpan().ContainsAnyExceptInRange('!', '~') ? given : null;

    public static ApiKeyAuditEntry Key(ApiKeyActor actor, string action, DateTimeOffset now, ApiKey? before, ApiKey? after)
        => New(actor, action, now, (after ?? before)?.Id, Json(before, now), Json(after, now));

    public static ApiKeyAuditEntry Allowlist(
        ApiKeyActor actor, string action, DateTimeOffset now, ApiKeyWorkspace? before, ApiKeyWorkspace? after)
        => New(actor, action, now, null, Json(before), Json(after));

    private static JsonElement? Json(ApiKey? key, DateTimeOffset now)
        => key is null ? null : JsonSerializer.SerializeToElement(KeyResponse.Of(key, now), KeyJson.Contract.KeyResponse);

    private static JsonElement? Json(ApiKeyWorkspace? workspace)
        => workspace is null
            ? null
            : JsonSerializer.SerializeToElement(AllowlistResponse.Of(workspace), KeyJson.Contract.AllowlistResponse);
}
