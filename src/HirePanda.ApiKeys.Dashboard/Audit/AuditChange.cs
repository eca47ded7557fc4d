using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>A change of one member of a key, a webhook, or the IP whitelist.</summary>
/// <param name="Name">The name of the member in words.</param>
/// <param name="Before">The value before, or null if the action created the object.</param>
/// <param name="After">The value after, or null if the action deleted the object.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record AuditChange(string Name, string? Before, string? After)
{
    /// <summary>Writes the change as a line, such as "Name: a → b".</summary>
    public override string ToString()
        => Before is null ? $"{Name}: {After}" : After is null ? $"{Name}: was {Before}" : $"{Name}: {Before} → {After}";
}
