namespace HirePanda.ApiKeys;

/// <summary>Who may do what: nobody hands out what they lack, and no key loosens itself, also not through another key.</summary>
internal static class DelegationRules
{
    /// <summary>Why an actor may not create, change or rotate a key so; null if it may.</summary>
    /// <param name="settings">The options.</param>
    /// <param name="actor">The actor.</param>
    /// <param name="before">The key that is changed or rotated; null for a new key.</param>
    /// <param name="after">The key as it would be.</param>
    public static ApiKeyFailure? Refusal(CompiledApiKeyOptions settings, ApiKeyActor actor, ApiKey? before, ApiKey after)
        => OwnerIsForeign(actor, after) ? ApiKeyFailure.Forbidden("The caller is bound to an owner and can set no other one")
            : Lacking(settings.Catalog, actor, after) ?? Loosens(settings.Options, settings.Catalog, actor, before, after);

    private static bool OwnerIsForeign(ApiKeyActor actor, ApiKey key) => !actor.Sees(key);

    /// <summary>
    /// Gets what an actor lacks to grant a tier and permissions: permissions, or the tier itself. The list is empty if the actor
    /// may grant them.
    /// </summary>
    public static IReadOnlyList<string> Missing(
        CompiledCatalog catalog, ApiKeyActor actor, string? tier, IReadOnlyList<string> permissions)
    {
        var held = catalog.Grant(actor.Tier, actor.Permissions);
        var wanted = catalog.Grant(tier, permissions);
        if (held.Covers(wanted))
        {
            return [];
        }

        var missing = catalog.Names(wanted).Where(name => !held.Has(name)).ToList();
        return wanted.Everything || missing.Count == 0 ? [tier!] : missing;
    }

    private static ApiKeyFailure? Lacking(CompiledCatalog catalog, ApiKeyActor actor, ApiKey key)
        => Missing(catalog, actor, key.Tier, key.Permissions) is { Count: > 0 } missing ? ApiKeyFailure.Lacking(missing) : null;

    /// <summary>
    /// No key makes itself looser than it was, or hands out a key that is looser than itself in networks or expiry.
    /// </summary>
    private static ApiKeyFailure? Loosens(
        ApiKeyOptions options, CompiledCatalog catalog, ApiKeyActor actor, ApiKey? before, ApiKey after)
    {
        if (actor.Key is not { } own)
        {
            return null;
        }

        if (before is not null && actor.IsOwn(before))
        {
            // Keys linked by rotation count as one: they belong to one holder. A rotation gives a key its lifetime again.
            return LoosensItself(catalog, before, after) is { } what
                ? ApiKeyFailure.Forbidden($"An API key cannot loosen its own {what}")
                : null;
        }

        if (options.AllowLooserDelegation)
        {
            return null;
        }

        // A key that stays as loose as it is hands out nothing. With a new secret it does, and so does a key that is enabled
        // again.
        var kept = before?.Id == after.Id && (before.IsEnabled || !after.IsEnabled) ? before : null;
        return !Within(after.AllowedNetworks, own.AllowedNetworks)
            && (kept is null || !Within(after.AllowedNetworks, kept.AllowedNetworks))
                ? ApiKeyFailure.Forbidden(
                    "An API key cannot hand out wider networks than its own: name allowedNetworks within its own")
            : IsLater(after.ExpiresAt, own.ExpiresAt) && (kept is null || IsLater(after.ExpiresAt, kept.ExpiresAt))
                ? ApiKeyFailure.Forbidden(
                    "An API key cannot hand out a later expiry than its own: name an expiry that is not later")
            : null;
    }

    /// <summary>Whether an expiry is later than another; null is never.</summary>
    public static bool IsLater(DateTimeOffset? one, DateTimeOffset? other) => other is not null && (one is null || one > other);

    private static string? LoosensItself(CompiledCatalog catalog, ApiKey before, ApiKey after)
        => !catalog.Grant(before.Tier, before.Permissions).Covers(catalog.Grant(after.Tier, after.Permissions)) ? "permissions"
            : !before.IsEnabled && after.IsEnabled ? "suspension"
            : !Within(after.AllowedNetworks, before.AllowedNetworks) ? "networks"
            : before.Id == after.Id && IsLater(after.ExpiresAt, before.ExpiresAt) ? "expiry"
            : !Within(catalog.Limits(after.Type, after.RateLimits), catalog.Limits(before.Type, before.RateLimits)) ? "limits"
            : null;

    private static bool Within(IReadOnlyList<string> networks, IReadOnlyList<string> allowed)
        => NetworkList.Compile(allowed) is not { } list
            || (networks.Count > 0 && networks.All(text => IpNetwork.TryParse(text, out var network) && list.Contains(network)));

    /// <summary>Whether every old limit is implied by a new one.</summary>
    private static bool Within(LimitSet limits, LimitSet allowed)
        => allowed.Limits.All(old => limits.Limits.Any(limit => limit.Implies(old)));
}
