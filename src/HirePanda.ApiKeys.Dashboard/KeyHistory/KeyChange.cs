using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>A change of one member of a key.</summary>
/// <param name="Name">The name of the member.</param>
/// <param name="Before">What it was, or null if there was no key.</param>
/// <param name="After">What it is.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record KeyChange(string Name, string? Before, string After);
