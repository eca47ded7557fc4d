using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>A new webhook with its signing secret.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class WebhookSecretModel
{
    /// <summary>Gets the address of the webhook.</summary>
    public required string Url { get; init; }

    /// <summary>Gets the signing secret.</summary>
    public required string Secret { get; init; }

    /// <summary>Returns the name of the type, so that a log never gets the secret.</summary>
    public override string ToString() => nameof(WebhookSecretModel);
}
