using System.ComponentModel;

namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>What the pages about usage show.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record UsageModel
{
    /// <summary>Gets the address of the page below the dashboard.</summary>
    public required string Path { get; init; }

    /// <summary>Gets what the page covers.</summary>
    public required UsageQuery Query { get; init; }

    /// <summary>Gets the key, or null for all keys of the workspace.</summary>
    public ApiKey? Key { get; init; }

    /// <summary>Gets the newest keys, to choose one from.</summary>
    public IReadOnlyList<ApiKey> Keys { get; init; } = [];

    /// <summary>Gets a value that indicates whether there are more keys than <see cref="Keys"/>.</summary>
    public bool HasMoreKeys { get; init; }

    /// <summary>Gets the report, or null if the form has errors or the user may not see all keys.</summary>
    public ApiKeyUsageReport? Report { get; init; }

    /// <summary>Gets the report of the period before, or null if it is not shown.</summary>
    public ApiKeyUsageReport? Before { get; init; }

    /// <summary>Gets the time that a bar stands for.</summary>
    public TimeSpan Step { get; init; }

    /// <summary>Gets the errors of the form.</summary>
    public IReadOnlyList<FormError> Errors { get; init; } = [];

    /// <summary>Gets why there is no report though the form has no errors, or null.</summary>
    public string? Refusal { get; init; }

    /// <summary>Gets the address of the API in the example.</summary>
    public string ExampleUrl { get; init; } = "";
}
