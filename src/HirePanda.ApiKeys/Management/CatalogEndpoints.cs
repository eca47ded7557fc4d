using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>The catalog over HTTP.</summary>
internal static class CatalogEndpoints
{
    public static IResult Get(HttpContext context, ApiKeyCatalogReader reader)
        => new JsonAnswer<CatalogResponse>(
            CatalogResponse.Of(reader.Get(ApiKeyEndpoints.Actor(context))), KeyJson.Contract.CatalogResponse);
}

/// <summary>The catalog as callers see it.</summary>
internal sealed record CatalogResponse(
    IReadOnlyList<CatalogResponse.TypeEntry> Types,
    IReadOnlyList<CatalogResponse.TierEntry> Tiers,
    IReadOnlyList<CatalogResponse.PermissionEntry> Permissions,
    RateLimitResponse? MaxRateLimit,
    int MaxActiveKeys)
{
    public static CatalogResponse Of(ApiKeyCatalogView view) => new(
        [.. view.Types.Select(type => new TypeEntry(
            type.Name,
            type.Prefix,
            type.DefaultTier,
            type.DefaultPermissions,
            type.EffectivePermissions,
            RateLimitResponse.Of(type.RateLimit)))],
        [.. view.Tiers.Select(tier => new TierEntry(tier.Name, tier.Permissions, tier.CanGrant, tier.MissingPermissions))],
        [.. view.Permissions.Select(permission => new PermissionEntry(permission.Name, permission.CanGrant))],
        view.MaxRateLimit is { } limit ? RateLimitResponse.Of(limit) : null,
        view.MaxActiveKeys);

    /// <summary>One type.</summary>
    internal sealed record TypeEntry(
        string Name,
        string Prefix,
        string? DefaultTier,
        IReadOnlyList<string> DefaultPermissions,
        IReadOnlyList<string> EffectivePermissions,
        RateLimitResponse RateLimit);

    /// <summary>One tier.</summary>
    internal sealed record TierEntry(
        string Name, IReadOnlyList<string> Permissions, bool CanGrant, IReadOnlyList<string> MissingPermissions);

    /// <summary>One permission.</summary>
    internal sealed record PermissionEntry(string Name, bool CanGrant);
}
