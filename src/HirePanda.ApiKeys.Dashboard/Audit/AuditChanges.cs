using System.Globalization;
using System.Text;
using System.Text.Json;
using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Compares the states before and after an action of the audit log.</summary>
internal static class AuditChanges
{
    private const int MaxLength = 300;
    private const string None = "none";

    /// <summary>Gets the members that an entry changed, in the order of the entry. Members without a value are omitted.</summary>
    public static IReadOnlyList<AuditChange> Create(ApiKeyAuditEntry entry)
    {
        var (old, current) = (Members(entry.Before), Members(entry.After));
        var changes =
            from name in old.Keys.Union(current.Keys)
            where name != "version"
            let @from = entry.Before is null ? null : Text(old.GetValueOrDefault(name))
            let to = entry.After is null ? null : Text(current.GetValueOrDefault(name))
            where (@from ?? None) != (to ?? None)
            select new AuditChange(Words(name), @from, to);
        return [.. changes];
    }

    private static Dictionary<string, JsonElement> Members(JsonElement? state)
        => state is { ValueKind: JsonValueKind.Object } element
            ? element.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal)
            : [];

    private static string Text(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => None,
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.String => Time(value) ?? value.GetString()!,
            JsonValueKind.Array => value.GetArrayLength() == 0 ? None : string.Join(", ", value.EnumerateArray().Select(Text)),
            JsonValueKind.Object when value.TryGetProperty("permits", out var permits)
                && value.TryGetProperty("windowSeconds", out var seconds) => $"{permits} requests in {seconds} s",
            _ => value.GetRawText(),
        };
        return text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "…");
    }

    /// <summary>Writes a time for people. A name that looks like a time is one of the store's only if it ends with Z.</summary>
    private static string? Time(JsonElement value)
        => value.GetString() is [.., 'Z'] && value.TryGetDateTimeOffset(out var time)
            ? time.UtcDateTime.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture)
            : null;

    /// <summary>Writes the name of a member as words: "allowedNetworks" is "Allowed networks".</summary>
    private static string Words(string name)
    {
        var words = new StringBuilder(name.Length + 4);
        foreach (var character in name)
        {
            if (char.IsUpper(character))
            {
                words.Append(' ');
            }

            words.Append(words.Length == 0 ? char.ToUpperInvariant(character) : char.ToLowerInvariant(character));
        }

        return words.ToString() switch { "Id" => "ID", "Url" => "Address", "Owner id" => "Owner", var text => text };
    }
}
