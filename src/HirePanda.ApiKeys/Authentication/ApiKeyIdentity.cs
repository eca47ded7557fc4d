using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>
/// The identity of an admitted key. Authorization looks at the key, never at claims: what a claims transformation adds or another
/// scheme brings gives a key no rights. Every request has its own identity.
/// </summary>
internal sealed class ApiKeyIdentity : ClaimsIdentity
{
    private readonly string _issuer;

    public ApiKeyIdentity(LiveKey live, string authenticationType, string issuer)
        : base(authenticationType, ApiKeyClaimTypes.Name, ClaimTypes.Role)
    {
        (Live, _issuer) = (live, issuer);
        Add(ApiKeyClaimTypes.Subject, live.Key.Id);
        Add(ApiKeyClaimTypes.Name, live.Key.Name);
        Add(ApiKeyClaimTypes.Workspace, live.Key.Workspace);
        if (live.Key.OwnerId is { } owner)
        {
            Add(ApiKeyClaimTypes.Owner, owner);
        }

        Add(ApiKeyClaimTypes.KeyType, live.Key.Type);
        Add(ApiKeyClaimTypes.Scope, live.Scope);

        // With this identity as its subject; a claim without it would be cloned.
        void Add(string type, string value) => AddClaim(new Claim(type, value, ClaimValueTypes.String, issuer, issuer, this));
    }

    private ApiKeyIdentity(ApiKeyIdentity other)
        : base(other)
        => (Live, _issuer) = (other.Live, other._issuer);

    public LiveKey Live { get; }

    /// <summary>Finds our identity in a principal; null if there is none.</summary>
    public static ApiKeyIdentity? Find(ClaimsPrincipal principal)
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

    /// <summary>Creates a principal like another one, with the key of this identity replaced by a newer record of it.</summary>
    public ClaimsPrincipal ReplaceIn(ClaimsPrincipal principal, LiveKey live)
        => new(principal.Identities.Select(identity => identity == this ? ReplaceBy(live) : identity));

    public override ClaimsIdentity Clone() => new ApiKeyIdentity(this);

    /// <summary>Keeps what a claims transformation of the host has added.</summary>
    private ApiKeyIdentity ReplaceBy(LiveKey live)
    {
        var replacement = new ApiKeyIdentity(live, AuthenticationType!, _issuer);
        replacement.AddClaims(Claims.Where(claim => claim.Issuer != _issuer));
        return replacement;
    }
}
