using System.Security.Claims;

namespace HirePanda.ApiKeys;

/// <summary>Maps the claims of an accepted credential to an actor. It reads all claims once.</summary>
internal struct ClaimsActor
{
    private string? _workspace;
    private string? _client;
    private string? _party;
    private string? _subject;
    private int _rank;
    private List<string>? _permissions;

    /// <summary>Maps a principal. The result is null if it does not name one workspace and one client.</summary>
    public static ApiKeyActor? Map(ClaimsPrincipal principal, CompiledCatalog catalog)
    {
        var found = new ClaimsActor { _rank = -1 };
        foreach (var identity in principal.Identities)
        {
            foreach (var claim in identity.IsAuthenticated ? identity.Claims : [])
            {
                found.Add(claim, catalog);
            }
        }

        var client = found._client ?? found._party ?? found._subject;
        return found._workspace is null || client is null ? null : new ApiKeyActor
        {
            Id = found._subject ?? client,
            Workspace = found._workspace,
            ClientId = client,
            Tier = found._rank < 0 ? null : catalog.Tiers[found._rank].Name,
            Permissions = found._permissions ?? [],
        };
    }

    private void Add(Claim claim, CompiledCatalog catalog)
    {
        switch (claim.Type)
        {
            case ApiKeyClaimTypes.Workspace:
                Set(ref _workspace, claim.Value);
                break;
            case "client_id":
                Set(ref _client, claim.Value);
                break;
            case "azp":
                Set(ref _party, claim.Value);
                break;
            case ApiKeyClaimTypes.Subject or ClaimTypes.NameIdentifier:
                Set(ref _subject, claim.Value);
                break;

            // RFC 9068's name, Microsoft's, and the one that the framework gives Microsoft's.
            case ApiKeyClaimTypes.Scope or "scp" or "http://schemas.microsoft.com/identity/claims/scope":
                foreach (var name in claim.Value.AsSpan().Split(' '))
                {
                    AddScope(claim.Value[name], catalog);
                }

                break;
        }
    }

    /// <summary>Sets a name. Two different values make it empty, which is not a valid name.</summary>
    private static void Set(ref string? name, string value) => name = name is null || name == value ? value : "";

    /// <summary>Adds a right. A scope is compared by case, which the catalog ignores.</summary>
    private void AddScope(string name, CompiledCatalog catalog)
    {
        if (catalog.GetRequired(name) is not { } right)
        {
            return;
        }

        if (right.Rank >= 0)
        {
            _rank = catalog.Tiers[right.Rank].Name == name ? Math.Max(_rank, right.Rank) : _rank;
        }
        else if (right.Scope == name)
        {
            (_permissions ??= []).Add(right.Scope);
        }
    }
}
