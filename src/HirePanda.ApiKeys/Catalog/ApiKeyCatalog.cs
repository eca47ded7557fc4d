namespace HirePanda.ApiKeys;

/// <summary>
/// The tiers, permissions and types that keys can have. A new catalog has the tiers <c>read</c>, <c>write</c> and <c>admin</c>,
/// the permissions <c>analytics:read</c> and <c>keys:manage</c>, and the types production, development, ci and analytics. Change
/// it in code, or replace its lists from configuration.
/// </summary>
public sealed class ApiKeyCatalog
{
    /// <summary>Creates the default catalog.</summary>
    public ApiKeyCatalog()
    {
        AddTier(ApiKeyTiers.Read, ApiKeyPermissions.AnalyticsRead);
        AddTier(ApiKeyTiers.Write);
        AddTier(ApiKeyTiers.Admin, ApiKeyPermissions.KeysManage).GrantsEverything = true;

        AddType(ApiKeyTypes.Production, "live").DefaultTier = ApiKeyTiers.Admin;
        var development = AddType(ApiKeyTypes.Development, "dev");
        development.DefaultTier = ApiKeyTiers.Write;
        development.RateLimit = new RateLimit(100, TimeSpan.FromSeconds(60));
        AddType(ApiKeyTypes.Ci, "ci").DefaultTier = ApiKeyTiers.Read;
        AddType(ApiKeyTypes.Analytics, "ana").DefaultPermissions = [ApiKeyPermissions.AnalyticsRead];
    }

    /// <summary>
    /// Gets the tiers, from lowest to highest. A tier has its own permissions and those of every tier below it, and it meets the
    /// policies of every tier below it. The default is read, write and admin.
    /// </summary>
    public IList<ApiKeyTier> Tiers { get; } = [];

    /// <summary>
    /// Gets the permissions that do not belong to a tier. Only keys that list them, or whose tier grants everything, hold them.
    /// The default is empty.
    /// </summary>
    public IList<string> Permissions { get; } = [];

    /// <summary>Gets the types. The default is production, development, ci and analytics.</summary>
    public IList<ApiKeyType> Types { get; } = [];

    /// <summary>Removes all tiers, permissions and types.</summary>
    /// <returns>The catalog.</returns>
    public ApiKeyCatalog Clear()
    {
        Tiers.Clear();
        Permissions.Clear();
        Types.Clear();
        return this;
    }

    /// <summary>Adds a tier above the existing ones.</summary>
    /// <param name="name">The name of the tier and of its policy.</param>
    /// <param name="permissions">The permissions that the tier adds to those of the tiers below it. None is allowed.</param>
    /// <returns>The new tier.</returns>
    public ApiKeyTier AddTier(string name, params IEnumerable<string> permissions)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(permissions);
        var tier = new ApiKeyTier { Name = name };
        Tiers.Add(tier);
        AddTo(tier, permissions);
        return tier;
    }

    /// <summary>Adds permissions to an existing tier.</summary>
    /// <param name="tier">The name of the tier, in any case.</param>
    /// <param name="permissions">The permissions that the tier adds.</param>
    /// <returns>The catalog.</returns>
    /// <exception cref="ArgumentException">The catalog has no tier with this name.</exception>
    public ApiKeyCatalog AddPermissions(string tier, params IEnumerable<string> permissions)
    {
        ArgumentException.ThrowIfNullOrEmpty(tier);
        ArgumentNullException.ThrowIfNull(permissions);
        var found = Tiers.FirstOrDefault(known => string.Equals(known.Name, tier, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"The catalog has no tier '{tier}'. Its tiers: {string.Join(", ", Tiers.Select(known => known.Name))}.",
                nameof(tier));
        AddTo(found, permissions);
        return this;
    }

    /// <summary>Adds a type.</summary>
    /// <param name="name">The name of the type.</param>
    /// <param name="prefix">The text after the brand in secrets of this type: 1 to 16 lowercase letters and digits.</param>
    /// <returns>The new type. Set its default tier, default permissions and rate limit.</returns>
    public ApiKeyType AddType(string name, string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var type = new ApiKeyType { Name = name, Prefix = prefix };
        Types.Add(type);
        return type;
    }

    private static void AddTo(ApiKeyTier tier, IEnumerable<string> permissions)
    {
        foreach (var permission in permissions)
        {
            tier.Permissions.Add(permission);
        }
    }
}

/// <summary>A tier: a place in the order of tiers, and the permissions that it adds to the tiers below it.</summary>
public sealed class ApiKeyTier
{
    /// <summary>
    /// Gets or sets the name of the tier and of its policy: 1 to 100 letters, digits, <c>-</c>, <c>_</c>, <c>.</c> and <c>:</c>.
    /// Names are compared ignoring case.
    /// </summary>
    public string Name { get; set; } = "";

    /// <summary>Gets the permissions that the tier adds to those of the tiers below it. The default is empty.</summary>
    public IList<string> Permissions { get; } = [];

    /// <summary>
    /// Gets or sets a value that indicates whether the tier grants every permission, including permissions defined later. Only
    /// the highest tier can. The default is false.
    /// </summary>
    public bool GrantsEverything { get; set; }
}

/// <summary>
/// A type of key. It determines the prefix of secrets, the default tier and permissions, and the rate limit.
/// </summary>
public sealed class ApiKeyType
{
    /// <summary>Gets or sets the name of the type.</summary>
    public string Name { get; set; } = "";

    /// <summary>Gets or sets the text after the brand in secrets of this type: 1 to 16 lowercase letters and digits.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// Gets or sets the tier of a key created with neither tier nor permissions, or null for none. The default is null.
    /// </summary>
    public string? DefaultTier { get; set; }

    /// <summary>Gets or sets the permissions of a key created with neither tier nor permissions. The default is empty.</summary>
    public IReadOnlyList<string> DefaultPermissions { get; set; } = [];

    /// <summary>
    /// Gets or sets the rate limit of keys of this type that have none of their own, or null for
    /// <see cref="ApiKeyOptions.DefaultRateLimit"/>. The default is null.
    /// </summary>
    public RateLimit? RateLimit { get; set; }
}
