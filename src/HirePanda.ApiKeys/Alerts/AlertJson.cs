using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;

namespace HirePanda.ApiKeys;

/// <summary>An alert as callers and webhooks see it.</summary>
internal sealed record AlertResponse(
    string Id, string Kind, string? KeyId, string Message, DateTime RaisedAt, DateTime? AcknowledgedAt, JsonElement? Data)
{
    public static AlertResponse Of(ApiKeyAlert alert)
        => new(
            alert.Id,
            alert.Kind,
            alert.KeyId,
            alert.Message,
            alert.RaisedAt.UtcDateTime,
            alert.AcknowledgedAt?.UtcDateTime,
            alert.Data);
}

/// <summary>A page of alerts as callers see it.</summary>
internal sealed record AlertPageResponse(IReadOnlyList<AlertResponse> Items, string? NextCursor)
{
    /// <summary>Gets the number of open alerts, or null if the page also has others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? OpenCount { get; init; }
}

/// <summary>A webhook as callers see it.</summary>
internal sealed record WebhookResponse(
    string Id, string Url, DateTime CreatedAt, DateTime? FailingSince, DateTime? DisabledAt, string? DisabledReason)
{
    /// <summary>In the answer that created it, and in no other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Secret { get; init; }

    public static WebhookResponse Of(ApiKeyWebhook webhook) => new(
        webhook.Id,
        webhook.Url,
        webhook.CreatedAt.UtcDateTime,
        webhook.FailingSince?.UtcDateTime,
        webhook.DisabledAt?.UtcDateTime,
        webhook.DisabledReason);
}

/// <summary>A page of webhooks as callers see it.</summary>
internal sealed record WebhookPageResponse(IReadOnlyList<WebhookResponse> Items, string? NextCursor);

/// <summary>The message that webhooks get.</summary>
internal sealed record AlertMessage(string Type, DateTime Timestamp, AlertResponse Data)
{
    public static AlertMessage Of(ApiKeyAlert alert) => new("api_key.alert", alert.RaisedAt.UtcDateTime, AlertResponse.Of(alert));
}

/// <summary>What an audit entry says of an alert.</summary>
internal sealed record AlertReference(string Id);

/// <summary>What an audit entry says of a webhook that was refused.</summary>
/// <param name="Url">The origin of its address, or null if there is none.</param>
internal sealed record RefusedWebhook(string? Url);

/// <summary>The JSON contract of alerts, which does not depend on the host's JSON settings.</summary>
[JsonSerializable(typeof(AlertResponse))]
[JsonSerializable(typeof(AlertPageResponse))]
[JsonSerializable(typeof(WebhookResponse))]
[JsonSerializable(typeof(WebhookPageResponse))]
[JsonSerializable(typeof(AlertMessage))]
[JsonSerializable(typeof(ExpiryData))]
[JsonSerializable(typeof(RotationData))]
[JsonSerializable(typeof(LimitData))]
[JsonSerializable(typeof(FailuresData))]
[JsonSerializable(typeof(MoreFailuresData))]
[JsonSerializable(typeof(MoreAlertsData))]
[JsonSerializable(typeof(TrafficData))]
[JsonSerializable(typeof(CountryData))]
[JsonSerializable(typeof(AlertReference))]
[JsonSerializable(typeof(RefusedWebhook))]
internal sealed partial class AlertJson : JsonSerializerContext
{
    /// <summary>Escapes only what could harm inside HTML, so that names stay readable.</summary>
    public static AlertJson Contract { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    });
}
