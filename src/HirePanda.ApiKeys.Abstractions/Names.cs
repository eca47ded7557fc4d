namespace HirePanda.ApiKeys;

/// <summary>The names of the tiers in the default catalog, from lowest to highest.</summary>
public static class ApiKeyTiers
{
    /// <summary>The lowest tier: <c>read</c>.</summary>
    public const string Read = "read";

    /// <summary>The tier above <see cref="Read"/>: <c>write</c>.</summary>
    public const string Write = "write";

    /// <summary>The highest tier, <c>admin</c>. It grants every permission, including permissions defined later.</summary>
    public const string Admin = "admin";
}

/// <summary>The names of the default types.</summary>
public static class ApiKeyTypes
{
    /// <summary>For live applications: prefix <c>live</c>, tier admin.</summary>
    public const string Production = "production";

    /// <summary>For local development: prefix <c>dev</c>, tier write, 100 requests a minute.</summary>
    public const string Development = "development";

    /// <summary>For automated tests: prefix <c>ci</c>, tier read.</summary>
    public const string Ci = "ci";

    /// <summary>For reporting tools: prefix <c>ana</c>, permission <see cref="ApiKeyPermissions.AnalyticsRead"/> alone.</summary>
    public const string Analytics = "analytics";
}

/// <summary>The names of the permissions in the default catalog.</summary>
public static class ApiKeyPermissions
{
    /// <summary>
    /// Reads analytics. Tier <see cref="ApiKeyTiers.Read"/> and the type <see cref="ApiKeyTypes.Analytics"/> have it.
    /// </summary>
    public const string AnalyticsRead = "analytics:read";

    /// <summary>Manages the API keys of a workspace. The management endpoints require it by default.</summary>
    public const string KeysManage = "keys:manage";
}

/// <summary>The types of the claims that a verified key's identity carries.</summary>
public static class ApiKeyClaimTypes
{
    /// <summary>The key's id.</summary>
    public const string Subject = "sub";

    /// <summary>The key's name.</summary>
    public const string Name = "name";

    /// <summary>The workspace that owns the key.</summary>
    public const string Workspace = "workspace";

    /// <summary>The person or service that the key belongs to. A key without an owner does not have this claim.</summary>
    public const string Owner = "owner";

    /// <summary>The key's type.</summary>
    public const string KeyType = "key_type";

    /// <summary>The key's effective permissions, separated by spaces (RFC 9068, section 2.2.3).</summary>
    public const string Scope = "scope";
}
