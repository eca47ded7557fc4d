using System.Text.Json;

namespace HirePanda.ApiKeys;

/// <summary>Something about a key or a workspace that its people should know.</summary>
public sealed record ApiKeyAlert
{
    /// <summary>Gets the id of the alert. It is opaque, unique, and never reused.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the workspace that the alert is for.</summary>
    public required string Workspace { get; init; }

    /// <summary>Gets the kind of the alert. See <see cref="ApiKeyAlertKinds"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>
    /// Gets the text that identifies what caused the alert, at most 500 characters. A store keeps one alert for each text, so
    /// that an alert is raised once and by one process only. API callers do not see it.
    /// </summary>
    public required string DeduplicationKey { get; init; }

    /// <summary>Gets the id of the key that the alert is about, or null if it is not about a key.</summary>
    public string? KeyId { get; init; }

    /// <summary>Gets what happened, as text for people.</summary>
    public required string Message { get; init; }

    /// <summary>Gets the time when the alert was raised.</summary>
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>Gets the time when the alert was first acknowledged, or null if it was not.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>
    /// Gets the actor who first acknowledged the alert, or null if nobody did. It is the id of a key, or the id that the host
    /// gives its own actors.
    /// </summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>Gets what happened, as a JSON object whose members depend on the kind, or null if there are no details.</summary>
    public JsonElement? Data { get; init; }
}
