using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace HirePanda.ApiKeys;

/// <summary>The shape of every error: <c>{"error":{…}}</c>.</summary>
internal sealed record ErrorEnvelope(ErrorBody Error)
{
    public static ErrorEnvelope From(ApiKeyError error)
        => new(new ErrorBody(error.Code, error.Message, error.Status, error.Details.Count == 0 ? null : error.Details));
}

/// <summary>The content of the envelope. The details are null unless the input is not valid.</summary>
internal sealed record ErrorBody(string Code, string Message, int Status, IReadOnlyList<ApiKeyErrorDetail>? Details);

/// <summary>An error as problem details (RFC 9457), for hosts without a problem details service.</summary>
internal sealed record ProblemBody(
    string Type, string Title, int Status, string Detail, string Code, IReadOnlyList<ApiKeyErrorDetail>? Details)
{
    public static ProblemBody From(ApiKeyError error) => new(
        "about:blank",
        ReasonPhrases.GetReasonPhrase(error.Status),
        error.Status,
        error.Message,
        error.Code,
        error.Details.Count == 0 ? null : error.Details);
}

/// <summary>Serializes errors, independent of the host's JSON settings.</summary>
[JsonSerializable(typeof(ErrorEnvelope))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(IReadOnlyList<ApiKeyErrorDetail>))]
internal sealed partial class ErrorJson : JsonSerializerContext
{
    /// <summary>
    /// Gets the serializer. It escapes only what JSON requires, because browsers do not read <c>application/json</c> as HTML.
    /// </summary>
    public static ErrorJson Contract { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
