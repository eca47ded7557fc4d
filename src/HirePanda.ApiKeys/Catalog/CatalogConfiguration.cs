using Microsoft.Extensions.Configuration;

namespace HirePanda.ApiKeys;

/// <summary>
/// Prepares a catalog for binding to its configuration section. A list in the section replaces the list of the catalog. The
/// binder alone would add to it. The class also detects mistakes that the binder ignores.
/// </summary>
internal static class CatalogConfiguration
{
    private static readonly string[] _lists =
    [
        nameof(ApiKeyCatalog.Tiers), nameof(ApiKeyCatalog.Permissions), nameof(ApiKeyCatalog.Types),
    ];

    private static readonly string[] _tier =
    [
        nameof(ApiKeyTier.Name), nameof(ApiKeyTier.Permissions), nameof(ApiKeyTier.GrantsEverything),
    ];

    private static readonly string[] _type =
    [
        nameof(ApiKeyType.Name), nameof(ApiKeyType.Prefix), nameof(ApiKeyType.DefaultTier), nameof(ApiKeyType.DefaultPermissions),
        nameof(ApiKeyType.RateLimit),
    ];

    /// <summary>Clears the lists that the section contains.</summary>
    /// <exception cref="InvalidOperationException">
    /// The section contains an unknown name, or a value in place of a list.
    /// </exception>
    public static void Prepare(ApiKeyCatalog catalog, IConfigurationSection section)
    {
        CheckNames(section, _lists);
        if (section.TryGetList(nameof(catalog.Tiers), out var tiers))
        {
            catalog.Tiers.Clear();
            foreach (var tier in tiers.GetChildren())
            {
                CheckNames(tier, _tier);
                tier.TryGetList(nameof(ApiKeyTier.Permissions), out _);
            }
        }

        if (section.TryGetList(nameof(catalog.Permissions), out _))
        {
            catalog.Permissions.Clear();
        }

        if (section.TryGetList(nameof(catalog.Types), out var types))
        {
            catalog.Types.Clear();
            foreach (var type in types.GetChildren())
            {
                CheckNames(type, _type);
                type.TryGetList(nameof(ApiKeyType.DefaultPermissions), out _);
            }
        }
    }

    private static void CheckNames(IConfigurationSection section, string[] known)
    {
        foreach (var child in section.GetChildren())
        {
            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException($"{child.Path} is not a setting. Known names: {string.Join(", ", known)}.");
            }
        }
    }
}
