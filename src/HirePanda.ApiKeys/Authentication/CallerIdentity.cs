using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>
/// The identity of an admitted caller, which a scheme of this library created. Authorization reads the grant, never the claims,
/// so claims of a claims transformation or of another scheme do not add rights. Every request has its own identity.
/// </summary>
internal abstract class CallerIdentity : ClaimsIdentity
{
    protected CallerIdentity(string authenticationType)
        : base(authenticationType, ApiKeyClaimTypes.Name, ClaimTypes.Role)
    {
    }

    protected CallerIdentity(CallerIdentity other)
        : base(other)
    {
    }

    /// <summary>Gets the catalog that the grant was compiled with.</summary>
    public abstract CompiledCatalog Catalog { get; }

    public abstract Grant Grant { get; }

    /// <summary>Finds the first such identity in a principal. The result is null if there is none.</summary>
    public static CallerIdentity? Find(ClaimsPrincipal principal)
    {
        // By index, because an enumerator would be allocated for every request.
        var identities = principal.Identities as IReadOnlyList<ClaimsIdentity> ?? [.. principal.Identities];
        for (var i = 0; i < identities.Count; i++)
        {
            if (identities[i] is CallerIdentity { IsAuthenticated: true } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Adds a claim that has this identity as its subject. Otherwise, <c>AddClaim</c> would clone it.</summary>
    protected void Add(string type, string value, string issuer)
        => AddClaim(new Claim(type, value, ClaimValueTypes.String, issuer, issuer, this));
}
