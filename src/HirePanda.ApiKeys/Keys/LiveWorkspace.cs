using System.Collections.Concurrent;
using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// The cached settings of a workspace, and the clients that call it with accepted credentials. <see cref="WorkspaceLookup"/>
/// replaces it every 30 seconds, which forgets clients that no longer call. All times are in ticks.
/// </summary>
internal sealed class LiveWorkspace(
    string id,
    StoredWorkspace stored,
    CompiledCatalog catalog,
    RateLimiter limiter,
    KeyActivities activities,
    long readAt,
    long freshUntil)
{
    /// <summary>The maximum number of clients. All further clients share the limit and the usage of one client.</summary>
    public const int MaxClients = 10_000;

    /// <summary>The id of the client that stands for all clients beyond <see cref="MaxClients"/>.</summary>
    public const string OtherClients = "other";

    private readonly ConcurrentDictionary<string, LiveClient> _clients = new(StringComparer.Ordinal);
    private long _freshUntil = freshUntil;
    private long _refreshAt = readAt + ((freshUntil - readAt) * 4 / 5);
    private int _clientCount;

    public string Id { get; } = id;

    /// <summary>Gets the catalog that the workspace was compiled with.</summary>
    public CompiledCatalog Catalog { get; } = catalog;

    /// <summary>Gets the allowlist, or null if none is enabled.</summary>
    public Allowlist? Allowlist { get; } = stored.Token.GetAllowlist(stored.Settings);

    /// <summary>Gets a value that indicates whether the settings have changed since they were read.</summary>
    public bool IsOutdated => stored.Token.IsStale;

    /// <summary>Determines whether the settings can be used without another read.</summary>
    public bool CanAnswer(long now) => IsUsable(now) && now < Volatile.Read(ref _freshUntil);

    /// <summary>Determines whether another read is due although the settings can still be used.</summary>
    public bool IsRefreshDue(long now) => now >= Volatile.Read(ref _refreshAt);

    /// <summary>Allows the settings to be used until a time, because the store cannot answer.</summary>
    /// <returns>True if they can be used; otherwise, false.</returns>
    public bool TryServeStale(long now, long until)
    {
        Volatile.Write(ref _refreshAt, until);
        Volatile.Write(ref _freshUntil, until);
        return IsUsable(now);
    }

    /// <summary>Determines whether the workspace admits an address. It does not check the rate limits.</summary>
    public bool Admits(IPAddress? address)
        => Allowlist is not { IsReportOnly: false } allowlist || allowlist.Admits(address);

    /// <summary>Gets or creates a client. Its limit is the default limit.</summary>
    public LiveClient GetClient(string client)
    {
        if (_clients.TryGetValue(client, out var known))
        {
            return known;
        }

        client = Interlocked.Increment(ref _clientCount) > MaxClients ? OtherClients : client;
        return _clients.GetOrAdd(client, Create);
    }

    private LiveClient Create(string client)
    {
        // The length of the workspace separates the two names, and no key has such a family.
        var family = string.Create(null, $"client {Id.Length} {Id} {client}");
        var limits = Catalog.DefaultLimits;
        return new(client, this, family, limits, limiter.Buckets(family, client, limits), activities.Get(Id, client, readAt));
    }

    private bool IsUsable(long now)
        => !IsOutdated && now + TimeSpan.TicksPerSecond >= readAt && now < readAt + ApiKeyOptions.MaxStaleness.Ticks;
}

/// <summary>A client with an accepted credential, such as an OAuth client or a person.</summary>
/// <param name="Id">The id that usage is counted under.</param>
/// <param name="Workspace">The workspace of the client.</param>
/// <param name="Family">The name under which its permits are counted.</param>
/// <param name="Limits">The limits.</param>
/// <param name="Buckets">The buckets of the limits.</param>
/// <param name="Activity">The counts of the client's requests.</param>
internal sealed record LiveClient(
    string Id, LiveWorkspace Workspace, string Family, LimitSet Limits, Buckets Buckets, KeyActivity Activity);
