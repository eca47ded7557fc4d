using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the list of keys shows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class KeyListModel
{
    /// <summary>Gets the keys of the page.</summary>
    public required IReadOnlyList<ApiKey> Keys { get; init; }

    /// <summary>Gets the names of the types.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Gets the way to the pages before and after.</summary>
    public required PageTrail Trail { get; init; }

    /// <summary>Gets the text that names are searched for.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the status that keys are filtered by.</summary>
    public ApiKeyStatus? Status { get; init; }

    /// <summary>Gets the type that keys are filtered by.</summary>
    public string? Type { get; init; }

    /// <summary>Gets the pattern of secrets, which the module sends to the page that finds leaked keys.</summary>
    public required string SecretPattern { get; init; }

    /// <summary>Gets a value that indicates whether a secret was searched for.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Gets a value that indicates whether there is any filter.</summary>
    public bool IsFiltered => IsSecret || Name is not null || Status is not null || Type is not null;
}
