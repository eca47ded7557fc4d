namespace HirePanda.ApiKeys;

/// <summary>The scopes that an access token can have: the names of the tiers and permissions of the catalog.</summary>
internal static class CatalogScopes
{
    private static readonly ApiKeyActor _nobody = new() { Id = "", Workspace = "" };

    public static IEnumerable<string> Get(ApiKeyCatalogReader catalog)
    {
        var view = catalog.Get(_nobody);
        return view.Tiers.Select(tier => tier.Name).Concat(view.Permissions.Select(permission => permission.Name));
    }
}
