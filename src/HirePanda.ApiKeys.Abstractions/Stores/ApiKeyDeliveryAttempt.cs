namespace HirePanda.ApiKeys.Stores;

/// <summary>The outcome of an attempt to deliver a message.</summary>
public sealed class ApiKeyDeliveryAttempt
{
    /// <summary>Gets the message as it was leased.</summary>
    public required ApiKeyWebhookDelivery Delivery { get; init; }

    /// <summary>Gets the time when the attempt ended.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets a value that indicates whether the message has arrived.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>Gets the time when the next attempt is due, or null if none is due.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Gets the reason to disable the webhook, or null if it stays in use.</summary>
    public string? DisabledReason { get; init; }
}
