using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the form of a key holds, as it was entered.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record KeyInput
{
    /// <summary>The permissions of the type.</summary>
    public const string TypeGrant = "type";

    /// <summary>The permissions that the key has.</summary>
    public const string KeepGrant = "keep";

    /// <summary>Single permissions.</summary>
    public const string SingleGrant = "single";

    /// <summary>The start of the value of a tier.</summary>
    public const string TierGrant = "tier:";

    /// <summary>No expiry.</summary>
    public const string Never = "never";

    /// <summary>The expiry that the key has.</summary>
    public const string KeepExpiry = "keep";

    /// <summary>A date.</summary>
    public const string OnDate = "date";

    /// <summary>Gets the name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the type.</summary>
    public string Type { get; init; } = "";

    /// <summary>Gets what is granted.</summary>
    public string Grant { get; init; } = TypeGrant;

    /// <summary>Gets the single permissions.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>Gets when the key expires.</summary>
    public string Expires { get; init; } = Never;

    /// <summary>Gets the date when the key expires.</summary>
    public string Date { get; init; } = "";

    /// <summary>Gets the networks, one a line.</summary>
    public string Networks { get; init; } = "";

    /// <summary>Gets the limits, one a line.</summary>
    public string Limits { get; init; } = "";

    /// <summary>Gets the metadata.</summary>
    public string Metadata { get; init; } = "";
}
