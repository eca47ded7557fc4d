namespace HirePanda.ApiKeys;

/// <summary>What creating, listing, changing and revoking keys needs on top of finding them.</summary>
public interface IApiKeyManagementStore : IApiKeyStore
{
    /// <summary>Gets one key of a workspace.</summary>
    /// <param name="workspace">The workspace; a key of another one is not found.</param>
    /// <param name="id">The key's id.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The key, or null when this workspace has none with that id.</returns>
    ValueTask<ApiKey?> GetAsync(string workspace, string id, CancellationToken cancellationToken);

    /// <summary>Lists keys, newest first: by <see cref="ApiKey.CreatedAt"/>, then by <see cref="ApiKey.Id"/> (ordinal), both descending.</summary>
    /// <param name="query">Which keys, after which one, and how many at most.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>At most <see cref="ApiKeyQuery.Limit"/> keys.</returns>
    ValueTask<IReadOnlyList<ApiKey>> ListAsync(ApiKeyQuery query, CancellationToken cancellationToken);

    /// <summary>Stores a change, all of it or nothing.</summary>
    /// <param name="change">Keys to add and keys to replace.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>
    /// False, with nothing stored, when the stored <see cref="ApiKey.Version"/> of an updated key is not the new one's minus
    /// one (somebody was faster), or when an added key's id or hash exists.
    /// </returns>
    ValueTask<bool> SaveAsync(ApiKeyChange change, CancellationToken cancellationToken);
}

/// <summary>A page of keys to list.</summary>
public sealed record ApiKeyQuery
{
    /// <summary>The workspace whose keys are listed.</summary>
    public required string Workspace { get; init; }

    /// <summary>Only keys of this status at <see cref="Now"/>; null: any.</summary>
    public ApiKeyStatus? Status { get; init; }

    /// <summary>Only keys of this type; null: any.</summary>
    public string? Type { get; init; }

    /// <summary>Only keys created by this actor; null: any.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Only keys that come after this one in the list's order; null: from the start.</summary>
    public ApiKeyPosition? After { get; init; }

    /// <summary>The largest number of keys to return, at least 1.</summary>
    public required int Limit { get; init; }

    /// <summary>The time at which <see cref="Status"/> is judged.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>A key's place in the list.</summary>
/// <param name="CreatedAt">When the key was created.</param>
/// <param name="Id">The key's id.</param>
public readonly record struct ApiKeyPosition(DateTimeOffset CreatedAt, string Id);

/// <summary>What one management call changes, to be stored as one transaction.</summary>
public sealed record ApiKeyChange
{
    /// <summary>Keys to add; each has version 1.</summary>
    public IReadOnlyList<ApiKey> Added { get; init; } = [];

    /// <summary>Keys that replace the stored one of the same id, whose version must be one less.</summary>
    public IReadOnlyList<ApiKey> Updated { get; init; } = [];
}
