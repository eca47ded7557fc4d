using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>The identity of an admitted key.</summary>
internal sealed class ApiKeyIdentity : CallerIdentity
{
    private readonly string _issuer;

    public ApiKeyIdentity(LiveKey live, string authenticationType, string issuer)
        : base(authenticationType)
    {
        (Live, _issuer) = (live, issuer);
        Add(ApiKeyClaimTypes.Subject, live.Key.Id, issuer);
        Add(ApiKeyClaimTypes.Name, live.Key.Name, issuer);
        Add(ApiKeyClaimTypes.Workspace, live.Key.Workspace, issuer);
        if (live.Key.OwnerId is { } owner)
        {
            Add(ApiKeyClaimTypes.Owner, owner, issuer);
        }

        Add(ApiKeyClaimTypes.KeyType, live.Key.Type, issuer);
        Add(ApiKeyClaimTypes.Scope, live.Scope, issuer);
    }

    private ApiKeyIdentity(ApiKeyIdentity other)
        : base(other)
        => (Live, _issuer) = (other.Live, other._issuer);

    public LiveKey Live { get; }

    public override CompiledCatalog Catalog => Live.Catalog;

    public override Grant Grant => Live.Grant;

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
