namespace HirePanda.ApiKeys;

/// <summary>
/// Evaluates the permissions of a key: the permissions of its tier and its own, as the catalog defines them now.
/// </summary>
public sealed class ApiKeyPermissionEvaluator
{
    private readonly ApiKeySettings _settings;

    internal ApiKeyPermissionEvaluator(ApiKeySettings settings) => _settings = settings;

    /// <summary>
    /// Gets the effective permissions of a key, in the catalog's order. It does not check whether the key is active.
    /// </summary>
    /// <param name="key">The key.</param>
    public IReadOnlyList<string> GetPermissions(ApiKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var catalog = _settings.Current.Catalog;
        return [.. catalog.Names(catalog.Grant(key.Tier, key.Permissions))];
    }

    /// <summary>
    /// Determines whether a key meets the policy of a permission or tier. It does not check whether the key is active.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="name">
    /// The name of a permission or tier, in any case. The result is false if the catalog does not have it.
    /// </param>
    public bool HasPermission(ApiKey key, string name)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(name);
        var catalog = _settings.Current.Catalog;
        return catalog.IsMet(name, catalog.Grant(key.Tier, key.Permissions));
    }
}
