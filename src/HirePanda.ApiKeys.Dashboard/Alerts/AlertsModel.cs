using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the page of alerts shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AlertsModel
{
    /// <summary>Gets a value that indicates whether acknowledged alerts are listed too.</summary>
    public bool IsAll { get; init; }

    /// <summary>Gets the alerts, newest first.</summary>
    public required IReadOnlyList<AlertRow> Rows { get; init; }

    /// <summary>Gets the links to other pages.</summary>
    public required PageTrail Trail { get; init; }

    /// <summary>Gets the webhooks, newest first.</summary>
    public required IReadOnlyList<ApiKeyWebhook> Webhooks { get; init; }

    /// <summary>Gets the address of a new webhook as it was given, or null if there is none.</summary>
    public string? Url { get; init; }

    /// <summary>Gets the errors of the form.</summary>
    public IReadOnlyList<FormError> Errors { get; init; } = [];

    /// <summary>Gets the guard of the form that adds a webhook.</summary>
    public string Newest => NewestOf(Webhooks);

    /// <summary>
    /// Gets the guard of the form for a list of webhooks: the id of the newest one. A form that is sent again has another one.
    /// </summary>
    internal static string NewestOf(IReadOnlyList<ApiKeyWebhook> webhooks) => webhooks is [var newest, ..] ? newest.Id : "none";
}

/// <summary>One alert.</summary>
/// <param name="Alert">The alert.</param>
/// <param name="Kind">The kind in words.</param>
/// <param name="KeyName">The name of the key, or null if the alert concerns no key of the workspace.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record AlertRow(ApiKeyAlert Alert, string Kind, string? KeyName);
