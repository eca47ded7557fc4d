namespace HirePanda.ApiKeys.Stores;

/// <summary>
/// The key that an actor acts with, as it was evaluated. A store compares it in the transaction of the change, so that a request
/// does not outlive the rights it started with.
/// </summary>
public sealed record ApiKeyActorGuard
{
    /// <summary>Gets the id of the key.</summary>
    public required string KeyId { get; init; }

    /// <summary>Gets the version that the stored key must have, or null if any version will do.</summary>
    public long? Version { get; init; }

    /// <summary>Gets the time at which the stored key must be active: not revoked, disabled, or expired.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Determines whether the stored key satisfies the guard.</summary>
    /// <param name="key">The stored key, or null if there is none.</param>
    /// <returns>true if the key is active at <see cref="At"/> and has the expected id and version; otherwise, false.</returns>
    public bool IsSatisfiedBy(ApiKey? key)
        => key is not null && key.Id == KeyId && (Version is null || key.Version == Version)
            && key.GetStatus(At) == ApiKeyStatus.Active;
}
