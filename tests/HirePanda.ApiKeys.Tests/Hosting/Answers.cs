using System.Text.Json;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Reads responses.</summary>
internal static class Answers
{
    public static async Task<string> TextAsync(this HttpResponseMessage response)
        => await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
        => JsonDocument.Parse(await response.TextAsync()).RootElement;

    public static async Task<string?> CodeAsync(this HttpResponseMessage response)
        => (await response.JsonAsync()).GetProperty("error").GetProperty("code").GetString();

    public static async Task<string[]> FieldsAsync(this HttpResponseMessage response)
        =>
        [
            .. (await response.JsonAsync()).GetProperty("error").GetProperty("details").EnumerateArray()
            .Select(detail => detail.GetProperty("field").GetString()!)
        ];

    public static string? Header(this HttpResponseMessage response, string name)
        => response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;
}
