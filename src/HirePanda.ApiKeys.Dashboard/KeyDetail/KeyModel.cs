using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the summary of a key shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class KeyModel
{
    /// <summary>Gets the key.</summary>
    public required ApiKey Key { get; init; }

    /// <summary>Gets all that the key may do, from its tier and its own permissions.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>Gets the limit of the key's type, or null if the catalog does not have the type any more.</summary>
    public RateLimit? TypeLimit { get; init; }

    /// <summary>Gets the requests of the last hour, or null if that is not known.</summary>
    public long? LastHour { get; init; }

    /// <summary>Gets the key that this one replaces, or null if there is none that still exists.</summary>
    public ApiKey? Old { get; init; }

    /// <summary>Gets the requests with the replaced key in the last hour, or null if that is not known.</summary>
    public long? OldLastHour { get; init; }

    /// <summary>Gets the metadata, indented, or null if there is none.</summary>
    public string? Metadata { get; init; }
}
