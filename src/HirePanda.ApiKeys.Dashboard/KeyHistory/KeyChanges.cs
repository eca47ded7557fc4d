using System.ComponentModel;
using System.Globalization;
using System.Text.Json;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>Compares the states of a key in the audit log.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class KeyChanges
{
    private const string None = "none";

    private static readonly (string Member, string Name)[] _members =
    [
        ("name", "Name"),
        ("type", "Type"),
        ("ownerId", "Owner"),
        ("tier", "Tier"),
        ("permissions", "Permissions"),
        ("enabled", "Enabled"),
        ("expiresAt", "Expires"),
        ("allowedNetworks", "Allowed networks"),
        ("rateLimits", "Limits"),
        ("metadata", "Metadata"),
        ("revokedAt", "Revoked"),
        ("revokedReason", "Reason"),
        ("replaces", "Replaces"),
        ("replacedBy", "Replaced by"),
    ];

    /// <summary>Gets what an action is called.</summary>
    public static string Action(string action) => action switch
    {
        "key.create" => "Generated",
        "key.import" => "Imported",
        "key.update" => "Changed",
        "key.rotate" => "Rotated",
        "key.revoke" => "Revoked",
        "key.create.refused" => "Generation refused",
        "key.update.refused" => "Change refused",
        "key.rotate.refused" => "Rotation refused",
        "key.revoke.refused" => "Revocation refused",
        _ => action,
    };

    /// <summary>Gets what an entry changed. Of a new key that is what it was given.</summary>
    public static IReadOnlyList<KeyChange> Create(ApiKeyAuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.After is not { ValueKind: JsonValueKind.Object } after)
        {
            return [];
        }

        var before = entry.Before is { ValueKind: JsonValueKind.Object } old ? old : (JsonElement?)null;
        return
        [
            .. _members.Select(member => new KeyChange(
                    member.Name, before is { } state ? Text(state, member.Member) : null, Text(after, member.Member)))
                .Where(change => change.Before is null ? change.After != None : change.Before != change.After),
        ];
    }

    private static string Text(JsonElement key, string member)
        => !key.TryGetProperty(member, out var value) ? None
            : member is "expiresAt" or "revokedAt" && value.ValueKind == JsonValueKind.String
                && value.TryGetDateTimeOffset(out var time)
                ? time.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture)
            : Text(value);

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => None,
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => value.GetArrayLength() == 0 ? None : string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.Object when value.TryGetProperty("permits", out var permits)
            && value.TryGetProperty("windowSeconds", out var seconds) => $"{permits} requests in {seconds} s",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
