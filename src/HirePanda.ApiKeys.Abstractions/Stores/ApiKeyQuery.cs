namespace HirePanda.ApiKeys.Stores;

/// <summary>Says which keys of a workspace a page lists. All filters must match.</summary>
public sealed record ApiKeyQuery
{
    /// <summary>Gets the workspace whose keys are listed.</summary>
    public required string Workspace { get; init; }

    /// <summary>Gets the status that the keys have at <see cref="Now"/>, or null for any status.</summary>
    public ApiKeyStatus? Status { get; init; }

    /// <summary>Gets the type of the keys, or null for any type.</summary>
    public string? Type { get; init; }

    /// <summary>Gets the owner of the keys, or null for any owner and for keys without one.</summary>
    public string? OwnerId { get; init; }

    /// <summary>Gets a text that the name contains, or null for any name. The case of ASCII letters is ignored.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the actors who created the keys, or null for any creator.</summary>
    public IReadOnlyCollection<string>? CreatedBy { get; init; }

    /// <summary>Gets a value that indicates whether revoked keys are left out. The default is false.</summary>
    public bool ExcludeRevoked { get; init; }

    /// <summary>Gets the last key of the previous page, or null for the first page.</summary>
    public ApiKeyPageToken? After { get; init; }

    /// <summary>Gets the largest number of keys to return, at least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>Gets the time at which <see cref="Status"/> is judged.</summary>
    public required DateTimeOffset Now { get; init; }
}
