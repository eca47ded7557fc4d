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

    /// <summary>Creates an identity that has no rights yet.</summary>
    public AcceptedIdentity(AcceptedScheme scheme, ClaimsPrincipal source, CompiledCatalog catalog)
        : base(ApiKeyDefaults.SelectorScheme)
        => (Scheme, Source, _catalog, _grant) = (scheme, source, catalog, catalog.Nothing);

    private AcceptedIdentity(AcceptedIdentity other)
        : base(other)
    {
        (Scheme, Source) = (other.Scheme, other.Source);
        (_catalog, _grant, Client) = (other._catalog, other._grant, other.Client);
    }

    public AcceptedScheme Scheme { get; }

    /// <summary>Gets the principal that the scheme created.</summary>
    public ClaimsPrincipal Source { get; }

    /// <summary>Gets the client that the caller is, or null before its rights are set.</summary>
    public LiveClient? Client { get; private set; }

    public override CompiledCatalog Catalog => _catalog;

    public override Grant Grant => _grant;

    /// <summary>Gets the name that the scheme gave the caller, or null if it gave none.</summary>
    public override string? Name => Source.Identity?.Name;

    /// <summary>Sets the client and the rights of the caller, as evaluated now.</summary>
    public void SetActor(ApiKeyActor actor, LiveWorkspace workspace)
    {
        (_catalog, _grant) = (workspace.Catalog, workspace.Catalog.Grant(actor.Tier, actor.Permissions));
        if (Client is not null)
        {
            RemoveClaim(FindFirst(ApiKeyClaimTypes.Workspace));
            RemoveClaim(FindFirst(ApiKeyClaimTypes.Scope));
        }

        Client = workspace.GetClient(actor.ClientId ?? actor.Id);
        Add(ApiKeyClaimTypes.Workspace, actor.Workspace, AuthenticationType!);
        Add(ApiKeyClaimTypes.Scope, _grant.Scope, AuthenticationType!);
    }

    public override ClaimsIdentity Clone() => new AcceptedIdentity(this);
}
