using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the page shows that has a new secret.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SecretModel
{
    /// <summary>Gets the key.</summary>
    public required ApiKey Key { get; init; }

    /// <summary>Gets the secret.</summary>
    public required string Secret { get; init; }

    /// <summary>Gets the address that the examples call.</summary>
    public required string ExampleUrl { get; init; }

    /// <summary>Gets the time when the secret before stops working, or null if there is none.</summary>
    public DateTimeOffset? OldEnd { get; init; }
}
