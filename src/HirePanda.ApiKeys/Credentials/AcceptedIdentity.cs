using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>
/// The identity of an admitted caller with an accepted credential. It comes first in the principal, so that <c>workspace</c> and
/// <c>scope</c> are those that were evaluated. The identities of the scheme follow.
/// </summary>
internal sealed class AcceptedIdentity : CallerIdentity
{
    private CompiledCatalog _catalog;
    private Grant _grant;
    private bool _isSet;

    /// <summary>Creates an identity that has no rights yet.</summary>
    public AcceptedIdentity(AcceptedScheme scheme, ClaimsPrincipal source, CompiledCatalog catalog)
        : base(ApiKeyDefaults.SelectorScheme)
        => (Scheme, Source, _catalog, _grant) = (scheme, source, catalog, catalog.Nothing);

    private AcceptedIdentity(AcceptedIdentity other)
        : base(other)
    {
        (Scheme, Source) = (other.Scheme, other.Source);
        (_catalog, _grant, _isSet) = (other._catalog, other._grant, other._isSet);
    }

    public AcceptedScheme Scheme { get; }

    /// <summary>Gets the principal that the scheme created.</summary>
    public ClaimsPrincipal Source { get; }

    public override CompiledCatalog Catalog => _catalog;

    public override Grant Grant => _grant;

    /// <summary>Gets the name that the scheme gave the caller, or null if it gave none.</summary>
    public override string? Name => Source.Identity?.Name;

    /// <summary>Sets the workspace and the rights of the caller, as evaluated now.</summary>
    public void SetActor(ApiKeyActor actor, CompiledCatalog catalog)
    {
        (_catalog, _grant) = (catalog, catalog.Grant(actor.Tier, actor.Permissions));
        if (_isSet)
        {
            RemoveClaim(FindFirst(ApiKeyClaimTypes.Workspace));
            RemoveClaim(FindFirst(ApiKeyClaimTypes.Scope));
        }

        _isSet = true;
        Add(ApiKeyClaimTypes.Workspace, actor.Workspace, AuthenticationType!);
        Add(ApiKeyClaimTypes.Scope, _grant.Scope, AuthenticationType!);
    }

    public override ClaimsIdentity Clone() => new AcceptedIdentity(this);
}
