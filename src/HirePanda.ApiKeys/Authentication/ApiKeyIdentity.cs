using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>
/// The identity of a verified key. Authorization asks it, never its claims: what a claims transformation adds or another scheme
/// brings gives a key no rights. Every request has its own.
/// </summary>
internal sealed class ApiKeyIdentity : ClaimsIdentity
{
    public ApiKeyIdentity(LiveKey live, string authenticationType)
        : base(authenticationType, ApiKeyClaimTypes.Name, ClaimTypes.Role)
    {
        Live = live;
        AddClaim(new Claim(ApiKeyClaimTypes.Subject, live.Key.Id));
        AddClaim(new Claim(ApiKeyClaimTypes.Name, live.Key.Name));
        AddClaim(new Claim(ApiKeyClaimTypes.Workspace, live.Key.Workspace));
        AddClaim(new Claim(ApiKeyClaimTypes.KeyType, live.Key.Type));
        AddClaim(new Claim(ApiKeyClaimTypes.Scope, live.Scope));
    }

    private ApiKeyIdentity(ApiKeyIdentity other)
        : base(other)
        => Live = other.Live;

    public LiveKey Live { get; }

    /// <summary>The identity of ours in a principal; null: none.</summary>
    public static ApiKeyIdentity? In(ClaimsPrincipal principal)
    {
        foreach (var identity in principal.Identities)
        {
            if (identity is ApiKeyIdentity { IsAuthenticated: true } ours)
            {
                return ours;
            }
        }

        return null;
    }

    public override ClaimsIdentity Clone() => new ApiKeyIdentity(this);
}
