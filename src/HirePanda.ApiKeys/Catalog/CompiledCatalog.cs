using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>The catalog made ready for look-ups. Names are compared ignoring case and kept as the catalog spells them.</summary>
internal sealed class CompiledCatalog
{
    private readonly Dictionary<string, int> _tierRanks = new(StringComparer.OrdinalIgnoreCase);
    private readonly FrozenDictionary<string, string> _permissions;
    private readonly FrozenDictionary<string, ApiKeyType> _types;
    private readonly FrozenDictionary<string, LimitSet> _typeLimits;
    private readonly LimitSet _defaultLimits;
    private readonly Grant _nothing = new(-1, false, FrozenSet<string>.Empty, "");
    private readonly Grant[] _tierGrants;
    private readonly SharedByName<Grant> _ownGrants = new();
    private readonly SharedByName<LimitSet> _ownLimits = new();
    private readonly FrozenDictionary<string, Grant> _needs;

    public CompiledCatalog(ApiKeyCatalog catalog, RateLimit defaultRateLimit)
    {
        Tiers = [.. catalog.Tiers];
        Permissions = [.. catalog.Tiers.SelectMany(tier => tier.Permissions).Concat(catalog.Permissions).Distinct(StringComparer.OrdinalIgnoreCase)];
        _permissions = Permissions.ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase);
        _tierGrants = [.. Tiers.Select((tier, rank) => New(
            rank, tier.GrantsEverything, tier.GrantsEverything ? Permissions : Tiers.Take(rank + 1).SelectMany(one => one.Permissions)))];
        var needs = new Dictionary<string, Grant>(StringComparer.OrdinalIgnoreCase);
        for (var rank = 0; rank < Tiers.Count; rank++)
        {
            _tierRanks[Tiers[rank].Name] = rank;
            needs[Tiers[rank].Name] = _tierGrants[rank];
        }

        foreach (var permission in Permissions)
        {
            needs[permission] = Grant(null, [permission]);
        }

        _needs = needs.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _types = catalog.Types.ToFrozenDictionary(type => type.Name, StringComparer.OrdinalIgnoreCase);
        _defaultLimits = new LimitSet([defaultRateLimit]);
        _typeLimits = catalog.Types.Where(type => type.RateLimit is not null)
            .ToFrozenDictionary(type => type.Name, type => new LimitSet([type.RateLimit!.Value]), StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<ApiKeyTier> Tiers { get; }

    /// <summary>The name of a tier or permission as the catalog spells it; null: there is none.</summary>
    public string? CanonicalName(string name) => TryGetTier(name, out var tier) ? tier : TryGetPermission(name, out var permission) ? permission : null;

    /// <summary>What the policy of a tier or permission asks for; null: there is no such name.</summary>
    public Grant? Need(string name) => _needs.GetValueOrDefault(name);

    /// <summary>Every permission, in the catalog's order.</summary>
    public IReadOnlyList<string> Permissions { get; }

    public IEnumerable<string> TypeNames => _types.Values.Select(type => type.Name);

    public bool TryGetType(string name, [NotNullWhen(true)] out ApiKeyType? type) => _types.TryGetValue(name, out type);

    public bool TryGetTier(string name, [NotNullWhen(true)] out string? canonical)
        => (canonical = _tierRanks.TryGetValue(name, out var rank) ? Tiers[rank].Name : null) is not null;

    public bool TryGetPermission(string name, [NotNullWhen(true)] out string? canonical) => _permissions.TryGetValue(name, out canonical);

    /// <summary>What a tier and a list of permissions amount to. Names that the catalog does not know grant nothing.</summary>
    public Grant Grant(string? tier, IReadOnlyList<string> permissions)
    {
        var inherited = tier is not null && _tierRanks.TryGetValue(tier, out var rank) ? _tierGrants[rank] : _nothing;
        var own = permissions.Where(name => _permissions.ContainsKey(name) && !inherited.Permissions.Contains(name))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (own.Count == 0)
        {
            return inherited;
        }

        var name = $"{inherited.Rank} {string.Join(' ', Permissions.Where(own.Contains))}";
        return _ownGrants.TryGet(name, out var known) ? known : _ownGrants.Add(name, New(inherited.Rank, inherited.Everything, inherited.Permissions.Concat(own)));
    }

    /// <summary>The names of a grant's permissions, in the catalog's order.</summary>
    public IEnumerable<string> Names(Grant grant) => Permissions.Where(grant.Has);

    /// <summary>A key's own limits, else its type's, else the default.</summary>
    public LimitSet Limits(string type, IReadOnlyList<RateLimit> own)
    {
        if (own.Count == 0)
        {
            return _typeLimits.GetValueOrDefault(type, _defaultLimits);
        }

        var limits = new LimitSet(own);
        return _ownLimits.Add(limits.Policy, limits);
    }

    private Grant New(int rank, bool everything, IEnumerable<string> permissions)
    {
        var set = permissions.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        return new Grant(rank, everything, set, string.Join(' ', Permissions.Where(name => everything || set.Contains(name))));
    }
}
