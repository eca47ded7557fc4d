namespace HirePanda.ApiKeys.Stores;

/// <summary>A message that a process has leased to send it, with the webhook that receives it.</summary>
public sealed class ApiKeyLeasedDelivery
{
    /// <summary>Gets the message, with the lease.</summary>
    public required ApiKeyWebhookDelivery Delivery { get; init; }

    /// <summary>Gets the webhook.</summary>
    public required ApiKeyWebhook Webhook { get; init; }
}
