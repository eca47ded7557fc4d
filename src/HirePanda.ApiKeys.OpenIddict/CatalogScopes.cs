using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys;

/// <summary>The scopes that an access token can have: the names of the tiers and permissions of the catalog.</summary>
internal static class CatalogScopes
{
    public static IEnumerable<string> Get(IOptionsMonitor<ApiKeyOptions> keys)
    {
        var catalog = keys.Get(ApiKeyDefaults.AuthenticationScheme).Catalog;
        return catalog.Tiers.Select(tier => tier.Name).Concat(catalog.Permissions).Distinct(StringComparer.Ordinal);
    }
}
