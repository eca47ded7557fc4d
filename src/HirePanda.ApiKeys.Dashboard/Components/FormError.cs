using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>An error of a form.</summary>
/// <param name="FieldId">The id of the field, or null if the error concerns no field.</param>
/// <param name="Text">The text.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record FormError(string? FieldId, string Text);
