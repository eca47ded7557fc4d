using System.Net;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Maps the signed-in user of a request to a workspace, its rights and an id for the audit log. The default implementation maps
/// API keys and the callers of accepted schemes (see <see cref="AcceptedScheme.MapActor"/>). Register your own implementation to
/// map other users, or to map asynchronously.
/// </summary>
public interface IApiKeyActorResolver
{
    /// <summary>
    /// Maps the user of a request to an actor. Authentication calls this method for callers of accepted schemes. Management calls
    /// it after it has read the body of the request. If the method throws, the response is 503.
    /// </summary>
    /// <param name="context">The request. Its user is authenticated.</param>
    /// <param name="cancellationToken">The token that is canceled when the caller disconnects or the call takes too long.</param>
    /// <returns>The actor, or null if the user does not belong to a workspace. The response is then 403.</returns>
    ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken);
}

/// <summary>The person, service, or key that manages keys, with its workspace and its rights.</summary>
public sealed record ApiKeyActor
{
    /// <summary>Gets the id for the audit log: the id of a key, or the id that the host gives its own actors.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the workspace whose keys the actor manages. If it is an empty string, the response is 403.</summary>
    public required string Workspace { get; init; }

    /// <summary>
    /// Gets the id of the client that the actor calls with, such as an OAuth client, or null to use <see cref="Id"/>. For a
    /// caller of an accepted scheme, the rate limit and the usage are those of this client. Otherwise, it has no effect. Like the
    /// workspace and <see cref="Id"/> of such a caller, it has at most 200 characters and no control characters.
    /// </summary>
    public string? ClientId { get; init; }

    /// <summary>
    /// Gets the owner that the actor is bound to, or null if it acts for the whole workspace. A bound actor sees and manages only
    /// keys of this owner, creates keys for it, and cannot set another owner. It cannot access settings and lists of the whole
    /// workspace.
    /// </summary>
    public string? OwnerId { get; init; }

    /// <summary>
    /// Gets the tier that the actor holds, or null if it holds none. An actor cannot grant rights that it lacks.
    /// </summary>
    public string? Tier { get; init; }

    /// <summary>Gets the permissions that the actor holds in addition to those of its tier. The default is none.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>
    /// Gets the address of the actor, or null if it is unknown. It is written to the audit log, and an allowlist that would lock
    /// out the actor is refused. Over HTTP it is the address of the connection.
    /// </summary>
    public IPAddress? Address { get; init; }

    /// <summary>
    /// Gets the key that the actor acts with, as it was evaluated, or null if the actor is not a key. A change is stored only
    /// while the stored key is still the same. The actor cannot loosen this key or its rotations. Revoking all keys does not
    /// revoke it.
    /// </summary>
    public ApiKey? Key { get; init; }

    /// <summary>
    /// Creates the guard that the store compares with the actor's key. The result is null if the actor is not a key.
    /// </summary>
    /// <param name="now">The time at which the key must be active.</param>
    internal ApiKeyActorGuard? Guard(DateTimeOffset now)
        => Key is null ? null : new() { KeyId = Key.Id, Version = Key.Version, At = now };

    /// <summary>Determines whether the actor may see a key of its workspace.</summary>
    internal bool Sees(ApiKey key) => OwnerId is null || OwnerId == key.OwnerId;

    /// <summary>
    /// Determines whether a key is the actor's own key or belongs to the same family (see <see cref="KeyFamily"/>).
    /// </summary>
    internal bool IsOwn(ApiKey key) => Key is not null && (Key.Family ?? Key.Id) == (key.Family ?? key.Id);
}
