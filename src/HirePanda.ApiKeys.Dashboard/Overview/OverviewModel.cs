using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the overview shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class OverviewModel
{
    /// <summary>Gets the usage of the last 24 hours, or null if no store counts it.</summary>
    public ApiKeyUsageReport? Usage { get; init; }

    /// <summary>Gets the newest keys.</summary>
    public required IReadOnlyList<ApiKey> Keys { get; init; }

    /// <summary>Gets the newest open alerts.</summary>
    public required IReadOnlyList<ApiKeyAlert> Alerts { get; init; }

    /// <summary>Gets the settings of the workspace, or null if the user may not see them.</summary>
    public ApiKeyWorkspace? Workspace { get; init; }
}
