using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>Whether a key has been used.</summary>
/// <param name="Key">The key.</param>
/// <param name="IsUsed">Whether it has been used.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record FirstRequestModel(ApiKey Key, bool IsUsed);
