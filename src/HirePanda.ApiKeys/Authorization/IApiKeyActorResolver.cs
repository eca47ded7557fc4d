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

    /// <summary>The id of the key that it acts with, which revoking everything leaves alone; null: none.</summary>
    public string? KeyId { get; init; }

    /// <summary>The family of the key that it acts with: it cannot loosen itself, nor the keys it replaced or was replaced by; null: none.</summary>
    public string? KeyFamily { get; init; }
}

/// <summary>Knows the principals that our scheme made.</summary>
internal sealed class ApiKeyActorResolver : IApiKeyActorResolver
{
    public ApiKeyActor? Resolve(ClaimsPrincipal principal)
        => ApiKeyIdentity.In(principal)?.Live.Key is { } key
            ? new ApiKeyActor(key.Id, key.Workspace) { Tier = key.Tier, Permissions = key.Permissions, KeyId = key.Id, KeyFamily = key.Family ?? key.Id }
            : null;
}
