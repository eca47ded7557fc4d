namespace HirePanda.ApiKeys.Stores;

/// <summary>
/// The outcome of a write. Any value other than <see cref="Saved"/> means that nothing was stored, which includes the default
/// value.
/// </summary>
public enum ApiKeySaveResult
{
    /// <summary>A stored version is not the one that the change is based on, because another change came first.</summary>
    VersionConflict,

    /// <summary>A stored key has the id or the hash of an added key.</summary>
    Duplicate,

    /// <summary>
    /// The key of the actor does not satisfy its <see cref="ApiKeyActorGuard"/>: it was changed, or is no longer active.
    /// </summary>
    ActorChanged,

    /// <summary>The workspace has keys, but the change requires that it has none.</summary>
    WorkspaceNotEmpty,

    /// <summary>The workspace would have more keys or webhooks than it may have.</summary>
    LimitReached,

    /// <summary>The workspace does not have the alert or webhook that the change is about.</summary>
    NotFound,

    /// <summary>The whole change was stored.</summary>
    Saved,
}
