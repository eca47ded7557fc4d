using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the history of a key shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class KeyHistoryModel
{
    /// <summary>Gets the key.</summary>
    public required ApiKey Key { get; init; }

    /// <summary>Gets the entries, newest first, or null if the user may not see the audit log.</summary>
    public required IReadOnlyList<ApiKeyAuditEntry>? Entries { get; init; }

    /// <summary>Gets the way to the pages before and after.</summary>
    public required PageTrail Trail { get; init; }
}
