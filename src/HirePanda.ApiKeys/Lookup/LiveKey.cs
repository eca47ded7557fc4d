using System.Globalization;

namespace HirePanda.ApiKeys;

/// <summary>A key as the cache holds it: whatever a request needs of the record, computed once.</summary>
internal sealed class LiveKey
{
    /// <summary>Compiles a record.</summary>
    /// <param name="key">The record.</param>
    /// <param name="catalog">What its names mean.</param>
    /// <param name="limiter">Whose buckets it draws on.</param>
    /// <param name="now">The time of the read, in ticks.</param>
    /// <exception cref="FormatException">The record holds a network or limit that cannot be used.</exception>
    public LiveKey(ApiKey key, CompiledCatalog catalog, RateLimiter limiter, long now)
    {
        if (key.RateLimits.Any(limit => !limit.IsValid))
        {
            throw new FormatException("A rate limit is out of range.");
        }

        Key = key;
        Grant = catalog.Grant(key.Tier, key.Permissions);
        Scope = string.Join(' ', catalog.Names(Grant));
        Networks = NetworkList.Compile(key.AllowedNetworks);
        Limits = catalog.Limits(key.Type, key.RateLimits);
        Buckets = limiter.Buckets(key.Family ?? key.Id, Limits, now);
        ExpiresAt = key.ExpiresAt?.UtcTicks ?? long.MaxValue;
        ExpiresField = key.ExpiresAt?.ToString("R", CultureInfo.InvariantCulture);
    }

    public ApiKey Key { get; }

    public Grant Grant { get; }

    /// <summary>The effective permissions, separated by spaces.</summary>
    public string Scope { get; }

    /// <summary>Null: no restriction.</summary>
    public NetworkList? Networks { get; }

    public LimitSet Limits { get; }

    public Bucket[] Buckets { get; }

    /// <summary>In ticks; the largest number: never.</summary>
    public long ExpiresAt { get; }

    /// <summary>The expiry as an HTTP date; null: never.</summary>
    public string? ExpiresField { get; }

    public bool IsRevoked => Key.RevokedAt is not null;
}
