using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>A key as the cache holds it: whatever a request needs of the record, computed once.</summary>
internal sealed class LiveKey : CacheEntry
{
    /// <summary>What a key that is revoked or disabled is refused as; valid for any other.</summary>
    private readonly ApiKeyOutcome _blocked;

    /// <summary>Compiles a record.</summary>
    /// <param name="key">The record.</param>
    /// <param name="workspace">The settings of its workspace, or null if it has none.</param>
    /// <param name="stamp">Goes stale when those settings change.</param>
    /// <param name="catalog">What its names mean.</param>
    /// <param name="limiter">Whose buckets it draws on.</param>
    /// <param name="uses">Where its uses are noted.</param>
    /// <param name="readAt">The time of the read, in ticks.</param>
    /// <param name="freshUntil">Until when it answers without another read, in ticks.</param>
    /// <exception cref="FormatException">The record holds a network or limit that cannot be used.</exception>
    public LiveKey(
        ApiKey key,
        ApiKeyWorkspace? workspace,
        WorkspaceInvalidationToken stamp,
        CompiledCatalog catalog,
        RateLimiter limiter,
        KeyActivities uses,
        long readAt,
        long freshUntil)
        : base(key.Hash, readAt, freshUntil, stamp)
    {
        if (key is not { Id.Length: > 0, Workspace.Length: > 0, Name: not null, Type: not null }
            or not { Permissions: not null, AllowedNetworks: not null, RateLimits: not null })
        {
            throw new FormatException($"The record of key '{key.Id}' lacks its id, workspace, name, type or one of its lists.");
        }

        if (key.RateLimits.Any(limit => !limit.IsValid))
        {
            throw new FormatException($"A rate limit of key '{key.Id}' is out of range.");
        }

        Key = key;
        Size = SizeOf(key);
        _blocked = key.RevokedAt is not null
            ? ApiKeyOutcome.Revoked
            : key.IsEnabled
            ? ApiKeyOutcome.Valid
            : ApiKeyOutcome.Disabled;
        Catalog = catalog;
        Grant = catalog.Grant(key.Tier, key.Permissions);
        Networks = NetworkList.Compile(key.AllowedNetworks);
        WorkspaceAllowlist = stamp.Allowlist(workspace);
        Use = uses.Of(key, readAt);
        Limits = catalog.Limits(key.Type, key.RateLimits);
        Buckets = limiter.Buckets(key.Family ?? key.Id, key.Id, Limits);
        ExpiresAt = key.ExpiresAt?.UtcTicks ?? long.MaxValue;
        ExpiresField = key.ExpiresAt?.ToString("R", CultureInfo.InvariantCulture);
    }

    public ApiKey Key { get; }

    /// <summary>What its names were compiled with.</summary>
    public CompiledCatalog Catalog { get; }

    public Grant Grant { get; }

    /// <summary>The effective permissions, separated by spaces.</summary>
    public string Scope => Grant.Scope;

    /// <summary>Null: no restriction.</summary>
    public NetworkList? Networks { get; }

    /// <summary>Null: no restriction.</summary>
    public Allowlist? WorkspaceAllowlist { get; }

    public LimitSet Limits { get; }

    public Buckets Buckets { get; }

    public KeyActivity Use { get; }

    /// <summary>In ticks; the largest number: never.</summary>
    public long ExpiresAt { get; }

    /// <summary>The expiry as an HTTP date, or null if the key never expires.</summary>
    public string? ExpiresField { get; }

    /// <summary>Gets a value that indicates whether the key is revoked or disabled.</summary>
    public bool IsBlocked => _blocked != ApiKeyOutcome.Valid;

    /// <summary>Determines whether the key may be used from an address at a time, whatever its limits.</summary>
    /// <param name="address">The address, or null if it is unknown.</param>
    /// <param name="now">The time in ticks.</param>
    public ApiKeyOutcome Check(IPAddress? address, long now)
        => IsBlocked ? _blocked
            : now >= ExpiresAt ? ApiKeyOutcome.Expired
            : WorkspaceAllowlist is { IsReportOnly: false } allowlist
                && !allowlist.Admits(address) ? ApiKeyOutcome.AddressNotAllowed
            : Networks is { } networks && !networks.Contains(address) ? ApiKeyOutcome.AddressNotAllowed
            : ApiKeyOutcome.Valid;

    /// <summary>1, and 1 more for each KiB of what a key may have much of, so that large keys take the room of several.</summary>
    public override int Size { get; }

    private static int SizeOf(ApiKey key)
    {
        // Strings and what they are compiled to, about.
        var bytes = 2L * (key.Name.Length + (key.Metadata is { } metadata ? JsonMarshal.GetRawUtf8Value(metadata).Length : 0));
        bytes += key.AllowedNetworks.Sum(network => 96L + (2 * network.Length));
        bytes += key.Permissions.Sum(permission => 32L + (2 * permission.Length));
        bytes += 128L * key.RateLimits.Count;
        return 1 + (int)Math.Min(bytes / 1024, int.MaxValue - 1);
    }
}
