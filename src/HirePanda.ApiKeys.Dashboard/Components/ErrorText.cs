using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What an error page says.</summary>
/// <param name="Heading">The heading.</param>
/// <param name="Text">What to do.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ErrorText(string Heading, string Text);
