namespace HirePanda.ApiKeys;

/// <summary>An address of a workspace's that is told of its alerts.</summary>
public sealed record ApiKeyWebhook
{
    /// <summary>The webhook's id: opaque, unique and never reused.</summary>
    public required string Id { get; init; }

    /// <summary>The workspace whose alerts it is told of.</summary>
    public required string Workspace { get; init; }

    /// <summary>Where messages are posted, at most 2,000 characters.</summary>
    public required string Url { get; init; }

    /// <summary>
    /// The secret that messages are signed with: in the answer that creates the webhook as receivers need it, <c>whsec_</c> and
    /// the base64 of 32 bytes; in a store as the library protects it, at most 1,000 characters. A store keeps the text as it is.
    /// </summary>
    public required string Secret { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when every attempt has failed; null: the last one did not.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>Since when nothing is sent to it any more, which is final; null: it is in use.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Why nothing is sent to it any more; null: it is in use.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>The id, so that a log gets neither the secret nor an address that may hold one.</summary>
    public override string ToString() => Id;
}

/// <summary>One message that a webhook is to get.</summary>
public sealed record ApiKeyWebhookDelivery
{
    /// <summary>The message's id, the same at every attempt.</summary>
    public required string Id { get; init; }

    /// <summary>The webhook that is to get it.</summary>
    public required string WebhookId { get; init; }

    /// <summary>The alert that it tells of.</summary>
    public required string AlertId { get; init; }

    /// <summary>The message: JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>How many attempts there were.</summary>
    public int Attempts { get; init; }

    /// <summary>When the next attempt is due; null: there is none any more.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Up to when one process has it to itself; null: none has.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>Whether it has arrived.</summary>
    public ApiKeyDeliveryStatus Status { get; init; }
}

/// <summary>What became of a message.</summary>
public enum ApiKeyDeliveryStatus
{
    /// <summary>It has not arrived yet.</summary>
    Pending,

    /// <summary>It has arrived.</summary>
    Delivered,

    /// <summary>It has not arrived and is not sent again.</summary>
    Failed,
}

/// <summary>A message that a process has taken to send, with the webhook that is to get it.</summary>
/// <param name="Delivery">The message, with the lease under which it was taken.</param>
/// <param name="Webhook">The webhook.</param>
public sealed record ApiKeyLeasedDelivery(ApiKeyWebhookDelivery Delivery, ApiKeyWebhook Webhook);

/// <summary>How an attempt to deliver a message ended.</summary>
public sealed record ApiKeyDeliveryAttempt
{
    /// <summary>The message as it was taken.</summary>
    public required ApiKeyWebhookDelivery Delivery { get; init; }

    /// <summary>When the attempt ended.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it has arrived.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>When the next attempt is due; null: there is none any more.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>Why the webhook gets nothing any more from now on; null: it stays in use.</summary>
    public string? DisabledReason { get; init; }
}
