namespace HirePanda.ApiKeys;

/// <summary>The options of webhooks (<c>Webhooks</c> in configuration).</summary>
public sealed class ApiKeyWebhookOptions
{
    /// <summary>
    /// Gets or sets a value that indicates whether webhooks can use plain http and private addresses. Anyone who can add a
    /// webhook can then make this host call its own network, so set it only for tests and closed networks. The default is false.
    /// </summary>
    public bool AllowPrivateTargets { get; set; }
}
