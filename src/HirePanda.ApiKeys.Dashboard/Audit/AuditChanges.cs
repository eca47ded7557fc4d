using System.Text;
using System.Text.Json;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Writes what an action changed as lines that people read.</summary>
internal static class AuditChanges
{
    private const int MaxLength = 300;
    private const string Nothing = "none";

    /// <summary>Compares the states before and after an action.</summary>
    /// <returns>A line for each member, such as "Name: a → b". The list is empty if both states are missing.</returns>
    public static IReadOnlyList<string> Describe(JsonElement? before, JsonElement? after)
    {
        var (old, current) = (Members(before), Members(after));
        var lines = new List<string>();
        foreach (var name in old.Keys.Union(current.Keys))
        {
            var (from, to) = (Text(old.GetValueOrDefault(name)), Text(current.GetValueOrDefault(name)));
            if (from == to || name == "version")
            {
                continue;
            }

            lines.Add(before is null ? $"{Words(name)}: {to}" : after is null ? $"{Words(name)}: was {from}"
                : $"{Words(name)}: {from} → {to}");
        }

        return lines;
    }

    private static Dictionary<string, JsonElement> Members(JsonElement? state)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (state is { ValueKind: JsonValueKind.Object } element)
        {
            foreach (var member in element.EnumerateObject())
            {
                members[member.Name] = member.Value;
            }
        }

        return members;
    }

    private static string Text(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => Nothing,
            JsonValueKind.True => "yes",
            JsonValueKind.False => "no",
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Array => value.GetArrayLength() == 0 ? Nothing : string.Join(", ", value.EnumerateArray().Select(Item)),
            _ => value.GetRawText(),
        };
        return text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "…");
    }

    private static string Item(JsonElement item)
        => item.ValueKind == JsonValueKind.Object
            && item.TryGetProperty("permits", out var permits) && item.TryGetProperty("windowSeconds", out var window)
            ? $"{permits} in {window} s"
            : item.ToString();

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

        return words.ToString();
    }
}
