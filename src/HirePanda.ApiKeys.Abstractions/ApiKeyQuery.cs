namespace HirePanda.ApiKeys;

/// <summary>A page of keys to list.</summary>
public sealed record ApiKeyQuery
{
    /// <summary>The workspace whose keys are listed.</summary>
    public required string Workspace { get; init; }

    /// <summary>Only keys of this status at <see cref="Now"/>; null: any.</summary>
    public ApiKeyStatus? Status { get; init; }

    /// <summary>Only keys of this type; null: any.</summary>
    public string? Type { get; init; }

    /// <summary>Only keys of this owner; null for keys of any owner and of the workspace itself.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Only keys whose name contains this, ignoring the case of ASCII letters; null: any.</summary>
    public string? Name { get; init; }

    /// <summary>Only keys created by one of these actors; null for keys of any creator.</summary>
    public IReadOnlyCollection<string>? CreatedBy { get; init; }

    /// <summary>Whether revoked keys are left out. The default is false.</summary>
    public bool ExcludeRevoked { get; init; }

    /// <summary>Only keys that come after this one in the list's order; null: from the start.</summary>
    public ApiKeyPageToken? After { get; init; }

    /// <summary>The largest number of keys to return, at least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>The time at which <see cref="Status"/> is judged.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>A place in a list that is ordered by time and id.</summary>
/// <param name="At">The time.</param>
/// <param name="Id">The id.</param>
public readonly record struct ApiKeyPageToken(DateTimeOffset At, string Id);
