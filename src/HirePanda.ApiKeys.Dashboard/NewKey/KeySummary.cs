using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What a key can do, in one sentence.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Missing">What the user lacks to grant it.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record KeySummary(string Text, IReadOnlyList<string> Missing);
