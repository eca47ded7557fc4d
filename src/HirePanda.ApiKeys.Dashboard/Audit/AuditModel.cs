using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the page of the audit log shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AuditModel
{
    /// <summary>Gets the filters as they were given.</summary>
    public required AuditFilters Filters { get; init; }

    /// <summary>Gets the errors of the filters.</summary>
    public IReadOnlyList<FormError> Errors { get; init; } = [];

    /// <summary>Gets the entries, newest first.</summary>
    public IReadOnlyList<AuditRow> Rows { get; init; } = [];

    /// <summary>Gets the links to other pages, or null if the filters have errors.</summary>
    public PageTrail? Trail { get; init; }

    /// <summary>Gets the address of the export of what the filters match, or null if the filters have errors.</summary>
    public string? ExportUrl { get; init; }

    /// <summary>Gets the actions to choose from: name and words.</summary>
    public required IReadOnlyList<(string Name, string Words)> Actions { get; init; }
}

/// <summary>The filters of the audit log, as texts.</summary>
/// <param name="Key">The id of a key, or null for none.</param>
/// <param name="Action">The name of an action, or null for all.</param>
/// <param name="Actor">The actor, or null for all.</param>
/// <param name="From">The first day, or null for no bound.</param>
/// <param name="To">The last day, or null for no bound.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record AuditFilters(string? Key, string? Action, string? Actor, string? From, string? To)
{
    /// <summary>Gets a value that indicates whether any filter is set.</summary>
    public bool IsAny => Pairs.Any(pair => pair.Value is not null);

    /// <summary>Gets the filters as values of a query.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Pairs =>
        [new("key", Key), new("action", Action), new("actor", Actor), new("from", From), new("to", To)];
}

/// <summary>One entry.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Action">The action in words.</param>
/// <param name="IsRefused">Whether the action was refused.</param>
/// <param name="KeyName">The name of the key, or null if the entry concerns no key of the workspace.</param>
/// <param name="ActorName">The name of the actor's key, or null if the actor is not a known key.</param>
/// <param name="Changes">What changed.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record AuditRow(
    ApiKeyAuditEntry Entry,
    string Action,
    bool IsRefused,
    string? KeyName,
    string? ActorName,
    IReadOnlyList<AuditChange> Changes);
