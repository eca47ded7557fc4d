namespace HirePanda.ApiKeys;

/// <summary>
/// The tiers, permissions and types that keys can have. Starts with the defaults; a host's code changes or replaces them, and
/// configuration adds to them.
/// </summary>
public sealed class ApiKeyCatalog
{
    /// <summary>The tiers, from least to most; each has the permissions of those before it. Default: read, write, admin.</summary>
    public IList<ApiKeyTier> Tiers { get; } =
    [
        new(ApiKeyTiers.Read, ApiKeyPermissions.JobsRead, ApiKeyPermissions.CandidatesRead, ApiKeyPermissions.AnalyticsRead, ApiKeyPermissions.WebhooksRead),
        new(ApiKeyTiers.Write, ApiKeyPermissions.JobsWrite, ApiKeyPermissions.CandidatesWrite, ApiKeyPermissions.WebhooksWrite),
        new(ApiKeyTiers.Admin, ApiKeyPermissions.TeamManage, ApiKeyPermissions.BillingRead, ApiKeyPermissions.ResourcesDelete, ApiKeyPermissions.KeysManage)
        {
            GrantsEverything = true,
        },
    ];

    /// <summary>Permissions that belong to no tier; only keys that list them, or whose tier grants everything, hold them. Default: none.</summary>
    public IList<string> Permissions { get; } = [];

    /// <summary>The types. Default: production, development, ci, analytics.</summary>
    public IList<ApiKeyType> Types { get; } =
    [
        new(ApiKeyTypes.Production, "live") { DefaultTier = ApiKeyTiers.Admin },
        new(ApiKeyTypes.Development, "dev") { DefaultTier = ApiKeyTiers.Write, RateLimit = new RateLimit(100, TimeSpan.FromSeconds(60)) },
        new(ApiKeyTypes.Ci, "ci") { DefaultTier = ApiKeyTiers.Read },
        new(ApiKeyTypes.Analytics, "ana") { DefaultPermissions = [ApiKeyPermissions.AnalyticsRead] },
    ];
}

/// <summary>A tier: a named set of permissions on top of the tier before it.</summary>
/// <param name="name">The tier's name, which is also its policy's. Letters, digits, <c>-</c>, <c>_</c>, <c>.</c> and <c>:</c>; compared ignoring case.</param>
/// <param name="permissions">What it adds to the tier before it.</param>
public sealed class ApiKeyTier(string name, params IReadOnlyList<string> permissions)
{
    /// <summary>The tier's name.</summary>
    public string Name { get; } = name;

    /// <summary>What it adds to the tier before it.</summary>
    public IReadOnlyList<string> Permissions { get; } = permissions;

    /// <summary>Whether it grants every permission, those defined later included; only the last tier may. Default: false.</summary>
    public bool GrantsEverything { get; set; }
}

/// <summary>A type of key: what it is for, how its secrets begin, and what it gets when nothing is asked for.</summary>
/// <param name="name">The type's name.</param>
/// <param name="prefix">How its secrets begin after the brand, 1 to 16 lower case letters and digits.</param>
public sealed class ApiKeyType(string name, string prefix)
{
    /// <summary>The type's name.</summary>
    public string Name { get; } = name;

    /// <summary>How its secrets begin after the brand.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>The tier of a key created with neither tier nor permissions; null: none.</summary>
    public string? DefaultTier { get; set; }

    /// <summary>The permissions of a key created with neither tier nor permissions. Default: none.</summary>
    public IReadOnlyList<string> DefaultPermissions { get; set; } = [];

    /// <summary>The limit of keys of this type that have none of their own; null: <see cref="ApiKeyOptions.DefaultRateLimit"/>.</summary>
    public RateLimit? RateLimit { get; set; }
}
