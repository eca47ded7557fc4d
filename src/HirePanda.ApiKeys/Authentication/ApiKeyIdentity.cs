using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>
/// The identity of an admitted key. Authorization reads the key, never the claims, so claims of a claims transformation or of
/// another scheme do not add rights to a key. Every request has its own identity.
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

        // The claim has this identity as its subject. Otherwise, AddClaim would clone it.
        void Add(string type, string value) => AddClaim(new Claim(type, value, ClaimValueTypes.String, issuer, issuer, this));
    }

    private ApiKeyIdentity(ApiKeyIdentity other)
        : base(other)
        => (Live, _issuer) = (other.Live, other._issuer);

    public LiveKey Live { get; }

    /// <summary>Finds the identity of a key in a principal. The result is null if there is none.</summary>
    public static ApiKeyIdentity? Find(ClaimsPrincipal principal)
    {
        // By index, because an enumerator would be allocated for every request.
        var identities = principal.Identities as IReadOnlyList<ClaimsIdentity> ?? [.. principal.Identities];
        for (var i = 0; i < identities.Count; i++)
        {
            if (identities[i] is ApiKeyIdentity { IsAuthenticated: true } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Copies a principal, and replaces the key of this identity with a newer record of the same key.</summary>
    public ClaimsPrincipal ReplaceIn(ClaimsPrincipal principal, LiveKey live)
        => new(principal.Identities.Select(identity => identity == this ? ReplaceBy(live) : identity));

    public override ClaimsIdentity Clone() => new ApiKeyIdentity(this);

    /// <summary>
    /// Creates an identity for a newer record. It keeps the claims that the host's claims transformation added.
    /// </summary>
    private ApiKeyIdentity ReplaceBy(LiveKey live)
    {
        var replacement = new ApiKeyIdentity(live, AuthenticationType!, _issuer);
        replacement.AddClaims(Claims.Where(claim => claim.Issuer != _issuer));
        return replacement;
    }
}
