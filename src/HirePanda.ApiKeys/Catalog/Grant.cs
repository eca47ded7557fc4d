namespace HirePanda.ApiKeys;

/// <summary>The effective rights of a key: the rank and permissions of its tier, and its own permissions.</summary>
/// <param name="Rank">The index of the tier in the catalog, or -1 for no tier.</param>
/// <param name="Everything">True if the grant holds every permission, including permissions defined later.</param>
/// <param name="Permissions">The permissions, compared ignoring case. They never change.</param>
/// <param name="Scope">The permissions in the catalog's order, separated by spaces.</param>
internal sealed record Grant(int Rank, bool Everything, HashSet<string> Permissions, string Scope)
{
    public bool Has(string permission) => Everything || Permissions.Contains(permission);

    /// <summary>
    /// Determines whether this grant meets the requirement of a policy of the same catalog. For a tier only the rank counts,
    /// because a tier may add no permissions, or may get more permissions later.
    /// </summary>
    public bool Meets(Grant required) => required.Rank >= 0 ? Rank >= required.Rank : Covers(required);

    /// <summary>Determines whether this grant holds the rank and all permissions of another grant.</summary>
    public bool Covers(Grant other)
        => Everything || (!other.Everything && Rank >= other.Rank && other.Permissions.IsSubsetOf(Permissions));
}
