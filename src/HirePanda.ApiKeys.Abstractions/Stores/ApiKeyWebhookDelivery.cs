namespace HirePanda.ApiKeys.Stores;

/// <summary>One message to one webhook.</summary>
public sealed record ApiKeyWebhookDelivery
{
    /// <summary>Gets the id of the message. It is the same in every attempt.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the id of the webhook that receives the message.</summary>
    public required string WebhookId { get; init; }

    /// <summary>Gets the id of the alert that the message is about.</summary>
    public required string AlertId { get; init; }

    /// <summary>Gets the message as JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>Gets the number of attempts so far. The default is 0.</summary>
    public int Attempts { get; init; }

    /// <summary>Gets the time when the next attempt is due, or null if none is due.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Gets the time until which one process has leased the message, or null if it is not leased.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>Gets the status of the message. The default is <see cref="ApiKeyDeliveryStatus.Pending"/>.</summary>
    public ApiKeyDeliveryStatus Status { get; init; }
}
