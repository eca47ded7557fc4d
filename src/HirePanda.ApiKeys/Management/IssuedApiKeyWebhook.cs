namespace HirePanda.ApiKeys;

/// <summary>A webhook together with its signing secret, which is never shown again.</summary>
public sealed class IssuedApiKeyWebhook
{
    /// <summary>Creates a pair of webhook and signing secret. Tests of a host use it.</summary>
    /// <param name="webhook">The webhook.</param>
    /// <param name="secret">The signing secret.</param>
    public IssuedApiKeyWebhook(ApiKeyWebhook webhook, string secret)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        ArgumentNullException.ThrowIfNull(secret);
        (Webhook, Secret) = (webhook, secret);
    }

    /// <summary>Gets the webhook.</summary>
    public ApiKeyWebhook Webhook { get; }

    /// <summary>Gets the signing secret (Standard Webhooks). Show it once, and store it nowhere.</summary>
    public string Secret { get; }

    /// <summary>Returns the id of the webhook, so that a log never gets the secret.</summary>
    public override string ToString() => Webhook.Id;
}
