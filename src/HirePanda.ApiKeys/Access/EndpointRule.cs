namespace HirePanda.ApiKeys;

/// <summary>What an endpoint requires of API keys.</summary>
/// <param name="Endpoint">The method and the route pattern.</param>
/// <param name="Access">The access of a key that has everything that is required.</param>
/// <param name="Required">The names of the permissions and tiers that are required.</param>
internal sealed record EndpointRule(string Endpoint, ApiKeyAccess Access, IReadOnlyList<string> Required)
{
    /// <summary>Evaluates rules for the rights of a key. Each endpoint name has one row: by path, then by method.</summary>
    public static IReadOnlyList<ApiKeyEndpointAccess> Evaluate(
        IEnumerable<EndpointRule> rules, CompiledCatalog catalog, Grant grant)
        =>
        [
            .. rules.Select(rule => rule.Evaluate(catalog, grant))
                .GroupBy(row => row.Endpoint, Merge, StringComparer.Ordinal)
                .OrderBy(row => row.Endpoint[row.Endpoint.IndexOf(' ', StringComparison.Ordinal)..], StringComparer.Ordinal)
                .ThenBy(row => row.Endpoint, StringComparer.Ordinal),
        ];

    private ApiKeyEndpointAccess Evaluate(CompiledCatalog catalog, Grant grant)
    {
        List<string> missing =
        [
            .. Required.Where(name => !catalog.IsMet(name, grant)).Select(name => catalog.CanonicalName(name) ?? name)
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        return new ApiKeyEndpointAccess
        {
            Endpoint = Endpoint,
            Access = Access == ApiKeyAccess.Allowed && missing.Count > 0 ? ApiKeyAccess.MissingPermission : Access,
            Missing = missing,
        };
    }

    /// <summary>
    /// Merges endpoints with the same name, such as those of several hosts or versions. The request decides between them.
    /// </summary>
    private static ApiKeyEndpointAccess Merge(string endpoint, IEnumerable<ApiKeyEndpointAccess> rows)
    {
        var all = rows.ToList();
        return all.TrueForAll(row => row.Access == all[0].Access)
            ? new ApiKeyEndpointAccess
            {
                Endpoint = endpoint,
                Access = all[0].Access,
                Missing = [.. all.SelectMany(row => row.Missing).Distinct(StringComparer.Ordinal)],
            }
            : new ApiKeyEndpointAccess { Endpoint = endpoint, Access = ApiKeyAccess.DependsOnRequest, Missing = [] };
    }
}
