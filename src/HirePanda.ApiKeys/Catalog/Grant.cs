namespace HirePanda.ApiKeys;

/// <summary>Effective rights: a tier's permissions and a list's, together.</summary>
/// <param name="Rank">The tier's place in the catalog; -1: no tier.</param>
/// <param name="Everything">Whether it holds every permission, those defined later included.</param>
/// <param name="Permissions">The permissions, never changed, compared ignoring case.</param>
/// <param name="Scope">The permissions in the catalog's order, separated by spaces.</param>
internal sealed record Grant(int Rank, bool Everything, HashSet<string> Permissions, string Scope)
{
    public bool Has(string permission) => Everything || Permissions.Contains(permission);

    /// <summary>Whether this meets the need of a policy of the same catalog: by rank at once, else permission by permission.</summary>
    public bool Meets(Grant need) => (need.Rank >= 0 && Rank >= need.Rank) || Covers(need);

    /// <summary>Whether this holds all that the other does. Only a grant of everything covers a grant of everything.</summary>
    public bool Covers(Grant other) => Everything || (!other.Everything && other.Permissions.IsSubsetOf(Permissions));
}
