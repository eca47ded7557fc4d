namespace HirePanda.ApiKeys;

/// <summary>Reads the catalog for people who create keys. The service is a singleton.</summary>
public sealed class ApiKeyCatalogReader
{
    private readonly ApiKeySettings _settings;

    internal ApiKeyCatalogReader(ApiKeySettings settings) => _settings = settings;

    /// <summary>Gets the catalog, and what an actor can grant of it.</summary>
    /// <param name="actor">The actor.</param>
    public ApiKeyCatalogView Get(ApiKeyActor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var settings = _settings.Current;
        var catalog = settings.Catalog;
        return new ApiKeyCatalogView
        {
            Types = [.. catalog.Types.Select(type => View(settings, type))],
            Tiers = [.. catalog.Tiers.Select(tier => View(catalog, actor, tier.Name))],
            Permissions =
            [
                .. catalog.Permissions.Select(name => new ApiKeyCatalogPermission
                {
                    Name = name,
                    CanGrant = DelegationRules.Missing(catalog, actor, null, [name]).Count == 0,
                }),
            ],
            MaxRateLimit = settings.Options.MaxRateLimit,
            MaxActiveKeys = settings.Options.MaxActiveKeys,
        };
    }

    private static ApiKeyCatalogType View(CompiledApiKeyOptions settings, ApiKeyType type)
    {
        var catalog = settings.Catalog;
        return new ApiKeyCatalogType
        {
            Name = type.Name,
            Prefix = settings.Format.Prefix(type.Prefix),
            DefaultTier = type.DefaultTier is { } name && catalog.TryGetTier(name, out var tier) ? tier : null,
            DefaultPermissions =
            [
                .. type.DefaultPermissions.Select(own => catalog.TryGetPermission(own, out var known) ? known : own)
                    .Distinct(),
            ],
            EffectivePermissions = [.. catalog.Names(catalog.Grant(type.DefaultTier, type.DefaultPermissions))],
            RateLimit = catalog.Limits(type.Name, []).Limits[0],
        };
    }

    private static ApiKeyCatalogTier View(CompiledCatalog catalog, ApiKeyActor actor, string tier)
    {
        var missing = DelegationRules.Missing(catalog, actor, tier, []);
        return new ApiKeyCatalogTier
        {
            Name = tier,
            Permissions = [.. catalog.Names(catalog.Grant(tier, []))],
            CanGrant = missing.Count == 0,
            MissingPermissions = missing,
        };
    }
}
