using System.Net;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// Maps the signed-in user of a request to a workspace, its rights and a name for audits. The default knows users that are API
/// keys. If people manage keys too, for example with a cookie, register your own.
/// </summary>
public interface IApiKeyActorResolver
{
    /// <summary>
    /// Maps the user of a request to an actor. Management calls this after it has read the body of the request. An exception is
    /// answered 503.
    /// </summary>
    /// <param name="context">The request. Its user is authenticated.</param>
    /// <param name="cancellationToken">Is canceled when the caller disconnects or the call takes too long.</param>
    /// <returns>The actor, or null if the user belongs to no workspace, which is answered 403.</returns>
    ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken);
}

/// <summary>Who manages keys: of which workspace, and with which rights.</summary>
/// <param name="Id">Who it is, for audits: a key's id, or what the host calls its people.</param>
/// <param name="Workspace">The one workspace whose keys it may manage.</param>
public sealed record ApiKeyActor(string Id, string Workspace)
{
    /// <summary>
    /// The owner that the actor is bound to, or null if it acts for the whole workspace. A bound actor sees and manages only keys of this
    /// owner, creates keys for it, and can set no other owner. It has no access to what concerns the whole workspace.
    /// </summary>
    public string? OwnerId { get; init; }

    /// <summary>The tier that it holds; null: none. It gives nobody rights that it lacks.</summary>
    public string? Tier { get; init; }

    /// <summary>The permissions that it holds besides its tier's.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>The address that it acts from, for audits and against locking itself out; null: unknown. Over HTTP it is the connection's.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>
    /// The key that the actor acts with, as it was evaluated; null if the actor is not a key. A change is stored only while the stored key
    /// is still the same, the actor cannot loosen this key or its rotations, and revoking everything leaves it alone.
    /// </summary>
    public ApiKey? Key { get; init; }

    /// <summary>What the store compares with the actor's key when it stores a change; null if the actor is not a key.</summary>
    /// <param name="now">The time at which the key must be active.</param>
    internal ApiKeyActorGuard? Guard(DateTimeOffset now) => Key is null ? null : new() { KeyId = Key.Id, Version = Key.Version, At = now };

    /// <summary>Determines whether the actor may see a key of its workspace.</summary>
    internal bool Sees(ApiKey key) => OwnerId is null || OwnerId == key.OwnerId;

    /// <summary>Determines whether a key is the actor's own, or linked with it by rotation.</summary>
    internal bool IsOwn(ApiKey key) => Key is not null && (Key.Family ?? Key.Id) == (key.Family ?? key.Id);
}

/// <summary>Knows the principals that our scheme made.</summary>
internal sealed class ApiKeyActorResolver : IApiKeyActorResolver
{
    public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
        => new(ApiKeyIdentity.Find(context.User)?.Live.Key is { } key
            ? new ApiKeyActor(key.Id, key.Workspace) { OwnerId = key.OwnerId, Tier = key.Tier, Permissions = key.Permissions, Key = key }
            : null);
}
