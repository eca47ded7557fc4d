using System.Net;
using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>
/// Says who a signed-in principal is to key management. The default knows keys; a host whose people manage keys (with a cookie,
/// say) registers its own, which may ask the default first.
/// </summary>
public interface IApiKeyActorResolver
{
    /// <summary>Maps a principal to an actor.</summary>
    /// <param name="principal">Who is signed in.</param>
    /// <returns>The actor, or null: the principal belongs to no workspace and is answered 403.</returns>
    ApiKeyActor? Resolve(ClaimsPrincipal principal);
}

/// <summary>Who manages keys: of which workspace, and with which rights.</summary>
/// <param name="Id">Who it is, for audits: a key's id, or what the host calls its people.</param>
/// <param name="Workspace">The one workspace whose keys it may manage.</param>
public sealed record ApiKeyActor(string Id, string Workspace)
{
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

    /// <summary>Determines whether a key is the actor's own, or linked with it by rotation.</summary>
    internal bool IsOwn(ApiKey key) => Key is not null && (Key.Family ?? Key.Id) == (key.Family ?? key.Id);
}

/// <summary>Knows the principals that our scheme made.</summary>
internal sealed class ApiKeyActorResolver : IApiKeyActorResolver
{
    public ApiKeyActor? Resolve(ClaimsPrincipal principal)
        => ApiKeyIdentity.In(principal)?.Live.Key is { } key
            ? new ApiKeyActor(key.Id, key.Workspace) { Tier = key.Tier, Permissions = key.Permissions, Key = key }
            : null;
}
