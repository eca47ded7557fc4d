namespace HirePanda.ApiKeys;

/// <summary>The catalog as an actor sees it: what keys can have, and what the actor can grant.</summary>
public sealed class ApiKeyCatalogView
{
    /// <summary>Gets the types of keys, in the catalog's order.</summary>
    public required IReadOnlyList<ApiKeyCatalogType> Types { get; init; }

    /// <summary>Gets the tiers, from lowest to highest.</summary>
    public required IReadOnlyList<ApiKeyCatalogTier> Tiers { get; init; }

    /// <summary>Gets all permissions, in the catalog's order.</summary>
    public required IReadOnlyList<ApiKeyCatalogPermission> Permissions { get; init; }

    /// <summary>Gets the loosest rate limit that a key can be given, or null if there is no such bound.</summary>
    public RateLimit? MaxRateLimit { get; init; }

    /// <summary>Gets the largest number of active keys that a workspace can have.</summary>
    public required int MaxActiveKeys { get; init; }
}

/// <summary>A type of key in the catalog.</summary>
public sealed class ApiKeyCatalogType
{
    /// <summary>Gets the name of the type.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the start of the secrets of this type, with the brand, such as <c>hp_live_</c>.</summary>
    public required string Prefix { get; init; }

    /// <summary>Gets the tier of a key that is created with neither tier nor permissions, or null for none.</summary>
    public string? DefaultTier { get; init; }

    /// <summary>Gets the permissions of a key that is created with neither tier nor permissions.</summary>
    public required IReadOnlyList<string> DefaultPermissions { get; init; }

    /// <summary>Gets the effective permissions of a key that is created with neither tier nor permissions.</summary>
    public required IReadOnlyList<string> EffectivePermissions { get; init; }

    /// <summary>Gets the rate limit of keys of this type that have none of their own.</summary>
    public required RateLimit RateLimit { get; init; }
}

/// <summary>A tier in the catalog.</summary>
public sealed class ApiKeyCatalogTier
{
    /// <summary>Gets the name of the tier.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the effective permissions of the tier, including those of the tiers below it.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>Gets a value that indicates whether the actor can give the tier to a key.</summary>
    public required bool CanGrant { get; init; }

    /// <summary>
    /// Gets what the actor lacks to give the tier to a key: permissions, or the tier itself. The list is empty if the actor can.
    /// </summary>
    public required IReadOnlyList<string> MissingPermissions { get; init; }
}

/// <summary>A permission in the catalog.</summary>
#pragma warning disable CA1711 // It is a permission of API keys, not one of .NET's code access security.
public sealed class ApiKeyCatalogPermission
#pragma warning restore CA1711
{
    /// <summary>Gets the name of the permission.</summary>
    public required string Name { get; init; }

    /// <summary>Gets a value that indicates whether the actor can give the permission to a key.</summary>
    public required bool CanGrant { get; init; }
}
