namespace HirePanda.ApiKeys;

/// <summary>Effective rights: the rank and permissions of a tier, and a list of permissions, together.</summary>
/// <param name="Rank">The tier's place in the catalog, or -1 for no tier.</param>
/// <param name="Everything">Whether it holds every permission, including permissions defined later.</param>
/// <param name="Permissions">The permissions, compared ignoring case. They never change.</param>
/// <param name="Scope">The permissions in the catalog's order, separated by spaces.</param>
internal sealed record Grant(int Rank, bool Everything, HashSet<string> Permissions, string Scope)
{
    public bool Has(string permission) => Everything || Permissions.Contains(permission);

    /// <summary>
    /// Determines whether this meets the requirement of a policy of the same catalog. The rank alone decides about a tier: a tier
    /// can add no permission, and can get more permissions later.
    /// </summary>
    public bool Meets(Grant required) => required.Rank >= 0 ? Rank >= required.Rank : Covers(required);

    /// <summary>Determines whether this holds all that the other holds: its rank and its permissions.</summary>
    public bool Covers(Grant other)
        => Everything || (!other.Everything && Rank >= other.Rank && other.Permissions.IsSubsetOf(Permissions));
}
