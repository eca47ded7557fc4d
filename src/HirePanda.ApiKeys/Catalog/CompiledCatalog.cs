using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>
/// The catalog, compiled for lookups. Names are compared ignoring case and are returned as the catalog spells them.
/// </summary>
internal sealed class CompiledCatalog
{
    private readonly Dictionary<string, string> _permissions = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ApiKeyType> _types = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LimitSet> _typeLimits = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Grant> _tierGrants = new(StringComparer.OrdinalIgnoreCase);
    private readonly BoundedInternPool<Grant> _ownGrants = new();
    private readonly BoundedInternPool<LimitSet> _ownLimits = new();
    private readonly Dictionary<string, Grant> _required;

    public CompiledCatalog(ApiKeyCatalog catalog, RateLimit defaultRateLimit)
    {
        Tiers = [.. catalog.Tiers];
        Permissions = Distinct(catalog);
        var held = new List<string>();
        foreach (var tier in Tiers)
        {
            held.AddRange(tier.Permissions);
            _tierGrants.Add(tier.Name, New(_tierGrants.Count, tier.GrantsEverything, tier.GrantsEverything ? Permissions : held));
        }

        _required = new(_tierGrants, StringComparer.OrdinalIgnoreCase);
        foreach (var permission in Permissions)
        {
            _required[permission] = Grant(null, [permission]);
        }

        DefaultLimits = new LimitSet([defaultRateLimit]);
        foreach (var type in catalog.Types)
        {
            _types.Add(type.Name, type);
            if (type.RateLimit is { } limit)
            {
                _typeLimits.Add(type.Name, new LimitSet([limit]));
            }
        }
    }

    public IReadOnlyList<ApiKeyTier> Tiers { get; }

    /// <summary>Gets the name of a tier or permission as the catalog spells it, or null if there is none.</summary>
    public string? CanonicalName(string name)
        => TryGetTier(name, out var tier) ? tier : TryGetPermission(name, out var permission) ? permission : null;

    /// <summary>Gets the grant that the policy of a tier or permission requires, or null if there is no such name.</summary>
    public Grant? GetRequired(string name) => _required.GetValueOrDefault(name);

    /// <summary>
    /// Determines whether a grant meets the policy of a tier or permission. Nothing meets a name that the catalog does not have.
    /// </summary>
    public bool IsMet(string name, Grant grant) => GetRequired(name) is { } required && grant.Meets(required);

    /// <summary>Gets all permissions, in the catalog's order.</summary>
    public IReadOnlyList<string> Permissions { get; }

    /// <summary>Gets the grant without any right.</summary>
    public Grant Nothing { get; } = new(-1, false, [], "");

    /// <summary>Gets the limits of keys whose type has none, and of clients.</summary>
    public LimitSet DefaultLimits { get; }

    public IEnumerable<ApiKeyType> Types => _types.Values;

    public IEnumerable<string> TypeNames => Types.Select(type => type.Name);

    public bool TryGetType(string name, [NotNullWhen(true)] out ApiKeyType? type) => _types.TryGetValue(name, out type);

    public bool TryGetTier(string name, [NotNullWhen(true)] out string? canonical)
        => (canonical = _tierGrants.TryGetValue(name, out var grant) ? Tiers[grant.Rank].Name : null) is not null;

    public bool TryGetPermission(string name, [NotNullWhen(true)] out string? canonical)
        => _permissions.TryGetValue(name, out canonical);

    /// <summary>Gets the effective rights of a tier and a list of permissions. Unknown names grant nothing.</summary>
    /// <param name="tier">The name of the tier, or null for no tier.</param>
    /// <param name="permissions">The names of the permissions.</param>
    public Grant Grant(string? tier, IReadOnlyList<string> permissions)
    {
        var inherited = tier is null ? Nothing : _tierGrants.GetValueOrDefault(tier, Nothing);
        if (permissions.Count == 0)
        {
            return inherited;
        }

        var own = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var permission in permissions)
        {
            if (_permissions.ContainsKey(permission) && !inherited.Permissions.Contains(permission))
            {
                own.Add(permission);
            }
        }

        if (own.Count == 0)
        {
            return inherited;
        }

        var name = $"{inherited.Rank} {string.Join(' ', Permissions.Where(own.Contains))}";
        return _ownGrants.TryGet(name, out var known)
            ? known
            : _ownGrants.Add(name, New(inherited.Rank, inherited.Everything, inherited.Permissions.Concat(own)));
    }

    /// <summary>Gets the names of a grant's permissions, in the catalog's order.</summary>
    public IEnumerable<string> Names(Grant grant) => Permissions.Where(grant.Has);

    /// <summary>Gets the limits of a key: its own, or else the limit of its type, or else the default limit.</summary>
    public LimitSet Limits(string type, IReadOnlyList<RateLimit> own)
    {
        if (own.Count == 0)
        {
            return _typeLimits.GetValueOrDefault(type, DefaultLimits);
        }

        var limits = new LimitSet(own);
        return _ownLimits.Add(limits.Policy, limits);
    }

    private string[] Distinct(ApiKeyCatalog catalog)
    {
        foreach (var tier in catalog.Tiers)
        {
            Add(tier.Permissions);
        }

        Add(catalog.Permissions);
        return [.. _permissions.Values];

        void Add(IEnumerable<string> permissions)
        {
            foreach (var permission in permissions)
            {
                _permissions.TryAdd(permission, permission);
            }
        }
    }

    private Grant New(int rank, bool everything, IEnumerable<string> permissions)
    {
        var set = new HashSet<string>(permissions, StringComparer.OrdinalIgnoreCase);
        return new Grant(rank, everything, set, string.Join(' ', everything ? Permissions : Permissions.Where(set.Contains)));
    }
}
