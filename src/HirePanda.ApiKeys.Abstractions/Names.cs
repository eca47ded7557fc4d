namespace HirePanda.ApiKeys;

/// <summary>The names of the default tiers, from least to most.</summary>
public static class ApiKeyTiers
{
    /// <summary>Reads jobs, candidates, analytics and webhooks.</summary>
    public const string Read = "read";

    /// <summary>All of <see cref="Read"/>, and changes jobs, candidates and webhooks.</summary>
    public const string Write = "write";

    /// <summary>Everything, and any permission defined later.</summary>
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

/// <summary>The names of the default permissions.</summary>
public static class ApiKeyPermissions
{
    /// <summary>View jobs.</summary>
    public const string JobsRead = "jobs:read";

    /// <summary>Create and update jobs.</summary>
    public const string JobsWrite = "jobs:write";

    /// <summary>List candidates.</summary>
    public const string CandidatesRead = "candidates:read";

    /// <summary>Manage candidates.</summary>
    public const string CandidatesWrite = "candidates:write";

    /// <summary>Access analytics.</summary>
    public const string AnalyticsRead = "analytics:read";

    /// <summary>Read webhooks.</summary>
    public const string WebhooksRead = "webhooks:read";

    /// <summary>Configure webhooks.</summary>
    public const string WebhooksWrite = "webhooks:write";

    /// <summary>Manage team members.</summary>
    public const string TeamManage = "team:manage";

    /// <summary>Access billing.</summary>
    public const string BillingRead = "billing:read";

    /// <summary>Delete resources.</summary>
    public const string ResourcesDelete = "resources:delete";

    /// <summary>Create, change, rotate and revoke the workspace's keys.</summary>
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

    /// <summary>The key's type.</summary>
    public const string KeyType = "key_type";

    /// <summary>The key's effective permissions, separated by spaces (RFC 9068, section 2.2.3).</summary>
    public const string Scope = "scope";
}
