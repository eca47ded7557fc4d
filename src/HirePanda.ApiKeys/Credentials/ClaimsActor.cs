using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>Maps the claims of an accepted credential to an actor.</summary>
internal static class ClaimsActor
{
    /// <summary>The claims with the rights: RFC 9068, Microsoft's, and how the framework renames Microsoft's.</summary>
    private static readonly string[] _scopes =
        [ApiKeyClaimTypes.Scope, "scp", "http://schemas.microsoft.com/identity/claims/scope"];

    /// <summary>Maps a principal. The result is null if it does not name one workspace and one client.</summary>
    public static ApiKeyActor? Map(ClaimsPrincipal principal, CompiledCatalog catalog)
    {
        var subject = Find(principal, ApiKeyClaimTypes.Subject) ?? Find(principal, ClaimTypes.NameIdentifier);
        var client = Find(principal, "client_id") ?? Find(principal, "azp") ?? subject;
        if (Find(principal, ApiKeyClaimTypes.Workspace) is not { } workspace || (subject ?? client) is not { } id)
        {
            return null;
        }

        var (tier, permissions) = Grants(principal, catalog);
        return new ApiKeyActor { Id = id, Workspace = workspace, ClientId = client, Tier = tier, Permissions = permissions };
    }

    /// <summary>Finds the value of a claim. The result is null if there is none, or empty if there are several.</summary>
    private static string? Find(ClaimsPrincipal principal, string type)
    {
        string? found = null;
        foreach (var identity in principal.Identities)
        {
            foreach (var claim in identity.IsAuthenticated ? identity.Claims : [])
            {
                if (claim.Type == type)
                {
                    found = found is null || found == claim.Value ? claim.Value : "";
                }
            }
        }

        return found;
    }

    private static (string? Tier, IReadOnlyList<string> Permissions) Grants(ClaimsPrincipal principal, CompiledCatalog catalog)
    {
        var (rank, permissions) = (-1, new List<string>());
        foreach (var identity in principal.Identities)
        {
            foreach (var claim in identity.IsAuthenticated ? identity.Claims : [])
            {
                if (_scopes.Contains(claim.Type))
                {
                    foreach (var name in claim.Value.AsSpan().Split(' '))
                    {
                        Add(claim.Value[name]);
                    }
                }
            }
        }

        return (rank < 0 ? null : catalog.Tiers[rank].Name, permissions);

        void Add(string name)
        {
            // A scope is compared by case. The catalog is not.
            if (catalog.TryGetTier(name, out var tier) && tier == name)
            {
                rank = Math.Max(rank, catalog.GetRequired(tier)!.Rank);
            }
            else if (catalog.TryGetPermission(name, out var permission) && permission == name)
            {
                permissions.Add(permission);
            }
        }
    }
}
