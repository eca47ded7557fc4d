namespace HirePanda.ApiKeys;

/// <summary>An address that the alerts of a workspace are sent to.</summary>
public sealed record ApiKeyWebhook
{
    /// <summary>Gets the id of the webhook. It is opaque, unique, and never reused.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the workspace whose alerts are sent.</summary>
    public required string Workspace { get; init; }

    /// <summary>Gets the address that messages are posted to, at most 2,000 characters.</summary>
    public required string Url { get; init; }

    /// <summary>
    /// Gets the signing secret as the library protects it, at most 1,000 characters. A store keeps the text as it is. Receivers
    /// get the secret itself once, from <c>IssuedApiKeyWebhook</c>.
    /// </summary>
    public required string ProtectedSecret { get; init; }

    /// <summary>Gets the time when the webhook was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the time since when every attempt has failed, or null if the last attempt succeeded.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>
    /// Gets the time when the webhook was disabled, or null if it is in use. A disabled webhook stays disabled.
    /// </summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Gets the reason why the webhook was disabled, or null if it is in use.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>Returns the id, so that neither the secret nor the address is written to a log.</summary>
    public override string ToString() => Id;
}
