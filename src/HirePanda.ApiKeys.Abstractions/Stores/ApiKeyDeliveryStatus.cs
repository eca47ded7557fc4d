namespace HirePanda.ApiKeys.Stores;

/// <summary>The status of a message to a webhook.</summary>
public enum ApiKeyDeliveryStatus
{
    /// <summary>The message has not arrived yet.</summary>
    Pending,

    /// <summary>The message has arrived.</summary>
    Delivered,

    /// <summary>The message has not arrived and is not sent again.</summary>
    Failed,
}
