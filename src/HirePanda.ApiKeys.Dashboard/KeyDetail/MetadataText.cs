using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Writes metadata for people, and compares it with what they enter.</summary>
internal static class MetadataText
{
    private static readonly JsonWriterOptions _readable
        = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>Writes metadata with an indent. Pages encode it.</summary>
    public static string? Write(JsonElement? metadata)
    {
        if (metadata is not { } element)
        {
            return null;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, _readable))
        {
            element.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Creates the merge patch (RFC 7396) that turns metadata into other metadata.</summary>
    public static JsonElement? Patch(JsonElement? before, JsonElement? after)
    {
        if (before is not { ValueKind: JsonValueKind.Object } old || after is not { ValueKind: JsonValueKind.Object } given)
        {
            return after;
        }

        using var document = JsonDocument.Parse(Patch(old, given).ToJsonString());
        return document.RootElement.Clone();
    }

    private static JsonObject Patch(JsonElement before, JsonElement after)
    {
        var patch = new JsonObject();
        foreach (var removed in before.EnumerateObject().Where(member => !after.TryGetProperty(member.Name, out _)))
        {
            patch[removed.Name] = null;
        }

        foreach (var member in after.EnumerateObject())
        {
            patch[member.Name] = member.Value.ValueKind == JsonValueKind.Object
                && before.TryGetProperty(member.Name, out var old) && old.ValueKind == JsonValueKind.Object
                    ? Patch(old, member.Value)
                    : JsonNode.Parse(member.Value.GetRawText());
        }

        return patch;
    }
}
