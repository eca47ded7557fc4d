namespace HirePanda.ApiKeys;

/// <summary>Who may do what: nobody hands out what they lack, and no key loosens itself.</summary>
internal static class Rights
{
    /// <summary>The refusal of a key that holds more than the actor; null: it does not.</summary>
    public static ApiKeyError? Lacking(CompiledCatalog catalog, ApiKeyActor actor, ApiKey key)
    {
        var held = catalog.Grant(actor.Tier, actor.Permissions);
        var wanted = catalog.Grant(key.Tier, key.Permissions);
        if (held.Covers(wanted))
        {
            return null;
        }

        var missing = catalog.Names(wanted).Where(name => !held.Has(name)).ToList();
        return ApiKeyError.Lacking(wanted.Everything || missing.Count == 0 ? [key.Tier!] : missing);
    }

    /// <summary>The refusal of a key's attempt to give itself more rights, networks, time or permits; null: it does not.</summary>
    /// <remarks>Keys linked by rotation count as one: they belong to one holder.</remarks>
    public static ApiKeyError? LoosensItself(CompiledCatalog catalog, ApiKeyActor actor, ApiKey before, ApiKey after)
    {
        if (actor.KeyFamily is null || actor.KeyFamily != (before.Family ?? before.Id))
        {
            return null;
        }

        var what = !catalog.Grant(before.Tier, before.Permissions).Covers(catalog.Grant(after.Tier, after.Permissions)) ? "permissions"
            : !Within(after.AllowedNetworks, before.AllowedNetworks) ? "networks"
            : IsLater(after.ExpiresAt, before.ExpiresAt) ? "expiry"
            : !Within(catalog.Limits(after.Type, after.RateLimits), catalog.Limits(before.Type, before.RateLimits)) ? "limits"
            : null;
        return what is null
            ? null
            : ApiKeyError.Forbidden with { Message = $"An API key cannot loosen its own {what}", WwwAuthenticate = null };
    }

    /// <summary>Whether an expiry is later than another; null is never.</summary>
    public static bool IsLater(DateTimeOffset? one, DateTimeOffset? other) => other is not null && (one is null || one > other);

    private static bool Within(IReadOnlyList<string> networks, IReadOnlyList<string> allowed)
        => NetworkList.Compile(allowed) is not { } list
            || (networks.Count > 0 && networks.All(text => IpNetwork.TryParse(text, out var network) && list.Contains(network)));

    /// <summary>Whether every old limit is implied by a new one with no larger burst and no higher rate.</summary>
    private static bool Within(LimitSet limits, LimitSet allowed)
        => allowed.Limits.All(old => limits.Limits.Any(one => one.Permits <= old.Permits
            && one.Permits * Seconds(old) <= old.Permits * Seconds(one)));

    private static long Seconds(RateLimit limit) => limit.Window.Ticks / TimeSpan.TicksPerSecond;
}
