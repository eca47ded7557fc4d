using System.Text.Json;
using System.Text.Json.Nodes;

namespace HirePanda.ApiKeys;

/// <summary>JSON merge patch (RFC 7396).</summary>
internal static class JsonMergePatch
{
    /// <summary>Applies a patch to a value, which it may change.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonElement patch)
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
                var node = Apply(merged[member.Name], member.Value);
                merged.Remove(member.Name);
                merged[member.Name] = node;
            }
        }

        return merged;
    }
}
