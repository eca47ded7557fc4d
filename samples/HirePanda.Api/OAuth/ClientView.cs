using System.Text.Json.Serialization;

namespace HirePanda.Api;

/// <summary>A client in a response. The secret is there only in the response that creates the client.</summary>
internal sealed record ClientView(
    string ClientId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ClientSecret,
    string Name,
    string Type,
    IReadOnlyList<string> RedirectUris,
    IReadOnlyList<string> Scopes,
    DateTime CreatedAt);
