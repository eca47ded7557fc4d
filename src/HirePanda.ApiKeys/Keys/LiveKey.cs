using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <summary>
/// A cached key, with everything that a request needs compiled once from the record. <see cref="KeyLookup"/> creates it, the
/// verifier checks it, and the request keeps it until its response has completed.
/// </summary>
internal sealed class LiveKey : CacheEntry
{
    /// <summary>The outcome for a revoked or disabled key, or valid for any other key.</summary>
    private readonly ApiKeyOutcome _blocked;

    /// <summary>Compiles a record.</summary>
    /// <param name="key">The record.</param>
    /// <param name="workspace">The settings of its workspace, or null if there are none.</param>
    /// <param name="token">The token that goes stale when those settings change.</param>
    /// <param name="catalog">The catalog that defines its tier, permissions and type.</param>
    /// <param name="limiter">The rate limiter that has its buckets.</param>
    /// <param name="activities">The activities of all keys, which include its own.</param>
    /// <param name="readAt">The time of the read, in ticks.</param>
    /// <param name="freshUntil">The time until which it is used without another read, in ticks.</param>
    /// <exception cref="FormatException">The record is incomplete, or has an invalid network or rate limit.</exception>
    public LiveKey(
        ApiKey key,
        ApiKeyWorkspace? workspace,
        WorkspaceInvalidationToken token,
        CompiledCatalog catalog,
        RateLimiter limiter,
        KeyActivities activities,
        long readAt,
        long freshUntil)
        : base(key.Hash, readAt, freshUntil, token)
    {
        if (key is not { Id.Length: > 0, Workspace.Length: > 0, Name: not null, Type: not null }
            or not { Permissions: not null, AllowedNetworks: not null, RateLimits: not null })
        {
            throw new FormatException(
                $"The record of API key '{key.Id}' does not have an id, workspace, name or type, or one of its lists is null.");
        }

        if (key.RateLimits.Any(limit => !limit.IsValid))
        {
            throw new FormatException($"A rate limit of API key '{key.Id}' is out of range.");
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
        WorkspaceAllowlist = token.GetAllowlist(workspace);
        Activity = activities.Get(key, readAt);
        Limits = catalog.Limits(key.Type, key.RateLimits);
        Buckets = limiter.Buckets(Family, key.Id, Limits);
        ExpiresAt = key.ExpiresAt?.UtcTicks ?? long.MaxValue;
        ExpiresField = key.ExpiresAt?.ToString("R", CultureInfo.InvariantCulture);
    }

    public ApiKey Key { get; }

    /// <summary>Gets the catalog that the key was compiled with.</summary>
    public CompiledCatalog Catalog { get; }

    public Grant Grant { get; }

    /// <summary>Gets the effective permissions, separated by spaces.</summary>
    public string Scope => Grant.Scope;

    /// <summary>Gets the networks that may use the key, or null if the key does not restrict them.</summary>
    public NetworkList? Networks { get; }

    /// <summary>Gets the allowlist of the workspace, or null if none is enabled.</summary>
    public Allowlist? WorkspaceAllowlist { get; }

    /// <summary>Gets the id of the family, whose keys share one quota.</summary>
    public string Family => Key.Family ?? Key.Id;

    public LimitSet Limits { get; }

    /// <summary>Gets the buckets of the limits, which the key shares with its family (see <see cref="KeyFamily"/>).</summary>
    public Buckets Buckets { get; }

    public KeyActivity Activity { get; }

    /// <summary>Gets the key's expiry in ticks, or <see cref="long.MaxValue"/> if it never expires.</summary>
    public long ExpiresAt { get; }

    /// <summary>Gets the expiry as an HTTP date, or null if the key never expires.</summary>
    public string? ExpiresField { get; }

    /// <summary>Gets a value that indicates whether the key is revoked or disabled.</summary>
    public bool IsBlocked => _blocked != ApiKeyOutcome.Valid;

    /// <summary>Determines whether an address may use the key at a time. It does not check the rate limits.</summary>
    /// <param name="address">The address, or null if it is unknown.</param>
    /// <param name="now">The time in ticks.</param>
    public ApiKeyOutcome Check(IPAddress? address, long now)
        => IsBlocked ? _blocked
            : now >= ExpiresAt ? ApiKeyOutcome.Expired
            : WorkspaceAllowlist is { IsReportOnly: false } allowlist
                && !allowlist.Admits(address) ? ApiKeyOutcome.AddressNotAllowed
            : Networks is { } networks && !networks.Contains(address) ? ApiKeyOutcome.AddressNotAllowed
            : ApiKeyOutcome.Valid;

    /// <summary>
    /// Gets the size of the key in the cache: 1, and 1 more for each KiB of its name, metadata and lists. A large key takes the
    /// room of several ordinary keys.
    /// </summary>
    public override int Size { get; }

    private static int SizeOf(ApiKey key)
    {
        // The numbers estimate the size of the strings and of the objects that are compiled from them.
        var bytes = 2L * (key.Name.Length + (key.Metadata is { } metadata ? JsonMarshal.GetRawUtf8Value(metadata).Length : 0));
        bytes += key.AllowedNetworks.Sum(network => 96L + (2 * network.Length));
        bytes += key.Permissions.Sum(permission => 32L + (2 * permission.Length));
        bytes += 128L * key.RateLimits.Count;
        return 1 + (int)Math.Min(bytes / 1024, int.MaxValue - 1);
    }
}
