namespace HirePanda.ApiKeys.Dashboard.Components;

/// <summary>Which of its permissions a key has used, as far as the requirements of the endpoints that it called tell.</summary>
/// <param name="Granted">The permissions that the key has.</param>
/// <param name="Used">Those of them that the endpoints require that the key called.</param>
/// <param name="Tiers">The tiers that such endpoints require. Permissions cannot replace them.</param>
/// <param name="Undecided">The endpoints that the key called and whose requirements are not known.</param>
/// <param name="Requests">The number of requests by the names of the host's endpoints.</param>
internal sealed record PermissionUse(
    IReadOnlyList<string> Granted,
    IReadOnlyList<string> Used,
    IReadOnlyList<string> Tiers,
    IReadOnlyList<string> Undecided,
    IReadOnlyDictionary<string, long> Requests)
{
    /// <summary>The name of requests that matched no endpoint, and so required nothing.</summary>
    private const string Unmatched = "unmatched";

    /// <summary>The name of the sum of the endpoints that a report does not list.</summary>
    private const string Rest = "other";

    /// <summary>Evaluates a report of the key.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="key">The key.</param>
    /// <param name="access">What the key can call.</param>
    /// <param name="required">What a key without any permission lacks, which is all that the endpoints require.</param>
    /// <param name="usage">The usage of the key by endpoint.</param>
    public static PermissionUse From(
        ApiKeyCatalogView catalog,
        ApiKey key,
        IReadOnlyList<ApiKeyEndpointAccess> access,
        IReadOnlyList<ApiKeyEndpointAccess> required,
        IReadOnlyList<ApiKeyUsageByEndpoint> usage)
    {
        var byName = access.ToDictionary(row => row.Endpoint, StringComparer.Ordinal);
        var requirements = required.ToDictionary(row => row.Endpoint, StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var requests = new Dictionary<string, long>(StringComparer.Ordinal);
        var undecided = new List<string>();
        foreach (var (called, count) in usage.Select(row => (row.Name, row.Totals.Requests)))
        {
            // An endpoint that takes any method has one name in the list, and one for each method in usage.
            var path = called[Math.Max(0, called.IndexOf(' ', StringComparison.Ordinal))..];
            var name = byName.ContainsKey(called) ? called : "*" + path;
            var row = byName.GetValueOrDefault(name);
            if (row is not null)
            {
                requests[name] = requests.GetValueOrDefault(name) + count;
            }

            // Requests that the key may not make have used nothing.
            if (row is { Access: ApiKeyAccess.Allowed or ApiKeyAccess.DependsOnRequest })
            {
                names.UnionWith(requirements.GetValueOrDefault(name)?.Missing ?? []);
            }

            if (called != Unmatched && row is not { Access: not ApiKeyAccess.DependsOnRequest })
            {
                undecided.Add(called == Rest ? "further endpoints" : called);
            }
        }

        var granted = GrantedTo(catalog, key);
        return new(
            granted,
            [.. granted.Where(names.Contains)],
            [.. catalog.Tiers.Select(tier => tier.Name).Where(names.Contains)],
            undecided,
            requests);
    }

    private static IReadOnlyList<string> GrantedTo(ApiKeyCatalogView catalog, ApiKey key)
    {
        var names = catalog.Tiers.Where(tier => string.Equals(tier.Name, key.Tier, StringComparison.OrdinalIgnoreCase))
            .SelectMany(tier => tier.Permissions).Concat(key.Permissions).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. catalog.Permissions.Select(permission => permission.Name).Where(names.Contains)];
    }
}
