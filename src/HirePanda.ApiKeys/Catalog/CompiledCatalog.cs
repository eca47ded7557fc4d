using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>The catalog made ready for look-ups. Names are compared ignoring case and kept as the catalog spells them.</summary>
internal sealed class CompiledCatalog
{
    private readonly FrozenDictionary<string, int> _tierRanks;
    private readonly FrozenDictionary<string, string> _permissions;
    private readonly FrozenDictionary<string, ApiKeyType> _types;
    private readonly FrozenDictionary<string, LimitSet> _typeLimits;
    private readonly LimitSet _defaultLimits;
    private readonly FrozenSet<string>[] _tierPermissions;
    private readonly FrozenDictionary<string, Grant> _needs;

    public CompiledCatalog(ApiKeyCatalog catalog, RateLimit defaultRateLimit)
    {
        Tiers = [.. catalog.Tiers];
        Permissions = [.. catalog.Tiers.SelectMany(tier => tier.Permissions).Concat(catalog.Permissions).Distinct(StringComparer.OrdinalIgnoreCase)];
        _permissions = Permissions.ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase);
        _tierRanks = Enumerable.Range(0, Tiers.Count).ToFrozenDictionary(rank => Tiers[rank].Name, StringComparer.OrdinalIgnoreCase);
        _tierPermissions = [.. Tiers.Select((tier, rank) => (tier.GrantsEverything ? Permissions : Tiers.Take(rank + 1).SelectMany(one => one.Permissions))
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase))];
        _needs = Tiers.Select(tier => (tier.Name, Grant: Grant(tier.Name, [])))
            .Concat(Permissions.Select(permission => (Name: permission, Grant: Grant(null, [permission]))))
            .ToFrozenDictionary(one => one.Name, one => one.Grant, StringComparer.OrdinalIgnoreCase);
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
        var rank = tier is not null && _tierRanks.TryGetValue(tier, out var known) ? known : -1;
        var inherited = rank < 0 ? FrozenSet<string>.Empty : _tierPermissions[rank];
        var own = permissions.Where(name => _permissions.ContainsKey(name) && !inherited.Contains(name)).ToList();
        return new Grant(
            rank,
            rank >= 0 && Tiers[rank].GrantsEverything,
            own.Count == 0 ? inherited : inherited.Concat(own).ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }




    /// <summary>The names of a grant's permissions, in the catalog's order.</summary>
    public IEnumerable<string> Names(Grant grant) => Permissions.Where(grant.Has);

    /// <summary>A key's own limits, else its type's, else the default.</summary>
    public LimitSet Limits(string type, IReadOnlyList<RateLimit> own)
        => own.Count > 0 ? new LimitSet(own) : _typeLimits.GetValueOrDefault(type, _defaultLimits);
}
