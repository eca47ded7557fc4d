namespace HirePanda.ApiKeys;

/// <summary>Describes why a management call failed. Nothing was changed, unless the message says so.</summary>
public sealed class ApiKeyFailure
{
    /// <summary>Gets the kind of failure.</summary>
    public required ApiKeyFailureKind Kind { get; init; }

    /// <summary>Gets a message for people.</summary>
    public required string Message { get; init; }

    /// <summary>Gets the members of the request that are wrong. The list is empty unless the request is invalid.</summary>
    public IReadOnlyList<ApiKeyErrorDetail> Details { get; init; } = [];

    /// <summary>
    /// Gets the tiers and permissions that the actor lacks. The list is empty if the actor is refused for another reason.
    /// </summary>
    public IReadOnlyCollection<string> MissingPermissions { get; init; } = [];

    /// <summary>Gets the time after which another attempt may succeed, or null if there is no such time.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// Gets the id of the key that <see cref="CreateApiKeyRequest.IdempotencyKey"/> has already created, or null if the failure
    /// is another one.
    /// </summary>
    public string? KeyId { get; init; }

    /// <summary>Returns the kind and the message.</summary>
    public override string ToString() => $"{Kind}: {Message}";

    internal static readonly ApiKeyFailure NoWorkspace = Forbidden("The caller belongs to no workspace");

    /// <summary>The failure of an actor that is bound to an owner and asks for what concerns the whole workspace.</summary>
    internal static readonly ApiKeyFailure OwnerBound = Forbidden(
        "The caller is bound to an owner: this concerns keys of others too");

    internal static readonly ApiKeyFailure NoKey = NotFound("There is no such API key");

    internal static readonly ApiKeyFailure PreconditionFailed = new()
    {
        Kind = ApiKeyFailureKind.PreconditionFailed,
        Message = "If-Match does not match the current version",
    };

    internal static readonly ApiKeyFailure ActorChanged = new()
    {
        Kind = ApiKeyFailureKind.ActorChanged,
        Message = "The key that makes this call was changed at the same time: try again",
    };

    internal static readonly ApiKeyFailure Raced
        = Conflict("Somebody else made a change at the same time: read the current state and try again");

    internal static readonly ApiKeyFailure StoreUnavailable
        = Unavailable("API keys cannot be managed at the moment", TimeSpan.FromSeconds(1));

    internal static readonly ApiKeyFailure LookupUnavailable
        = Unavailable("The webhook's host cannot be looked up at the moment", TimeSpan.FromSeconds(5));

    internal static ApiKeyFailure InvalidRequest(params IReadOnlyList<ApiKeyErrorDetail> details)
        => new() { Kind = ApiKeyFailureKind.InvalidRequest, Message = "The request is invalid", Details = details };

    internal static ApiKeyFailure Lacking(IReadOnlyCollection<string> missing) => new()
    {
        Kind = ApiKeyFailureKind.Forbidden,
        Message = $"Insufficient permissions: this API key lacks {string.Join(", ", missing)}",
        MissingPermissions = missing,
    };

    internal static ApiKeyFailure Forbidden(string message) => new() { Kind = ApiKeyFailureKind.Forbidden, Message = message };

    internal static ApiKeyFailure NotFound(string message) => new() { Kind = ApiKeyFailureKind.NotFound, Message = message };

    internal static ApiKeyFailure Conflict(string message) => new() { Kind = ApiKeyFailureKind.Conflict, Message = message };

    internal static ApiKeyFailure AlreadyCreated(string keyId) => new()
    {
        Kind = ApiKeyFailureKind.Conflict,
        Message = "This idempotency key has already created an API key",
        KeyId = keyId,
    };

    private static ApiKeyFailure Unavailable(string message, TimeSpan retryAfter)
        => new() { Kind = ApiKeyFailureKind.Unavailable, Message = message, RetryAfter = retryAfter };
}

/// <summary>Specifies the kind of a failure.</summary>
public enum ApiKeyFailureKind
{
    /// <summary>The store, or another service that the call needs, cannot answer.</summary>
    Unavailable,

    /// <summary>The request asks for something that is not possible.</summary>
    InvalidRequest,

    /// <summary>The actor may not do this.</summary>
    Forbidden,

    /// <summary>The workspace does not have what the call is about, or the actor may not see it.</summary>
    NotFound,

    /// <summary>The call does not fit the current state, or another change came first.</summary>
    Conflict,

    /// <summary>
    /// The key that the actor acts with was changed, disabled, or revoked during the call. Evaluate the actor again.
    /// </summary>
    ActorChanged,

    /// <summary>The version is not the one that the caller expects.</summary>
    PreconditionFailed,
}
