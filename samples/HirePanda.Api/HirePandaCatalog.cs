using HirePanda.ApiKeys;

namespace HirePanda.Api;

/// <summary>The tiers and permissions of the HirePanda product. The types are the library's defaults.</summary>
public static class HirePandaCatalog
{
    /// <summary>
    /// Replaces the tiers of a catalog. The permissions appear in this order in the <c>scope</c> claim and in responses.
    /// </summary>
    public static void Configure(ApiKeyCatalog catalog)
    {
        catalog.Tiers.Clear();
        catalog.AddTier(
            ApiKeyTiers.Read,
            HirePandaPermissions.JobsRead,
            HirePandaPermissions.CandidatesRead,
            ApiKeyPermissions.AnalyticsRead,
            HirePandaPermissions.WebhooksRead);
        catalog.AddTier(
            ApiKeyTiers.Write,
            HirePandaPermissions.JobsWrite,
            HirePandaPermissions.CandidatesWrite,
            HirePandaPermissions.WebhooksWrite);
        catalog.AddTier(
            ApiKeyTiers.Admin,
            HirePandaPermissions.TeamManage,
            HirePandaPermissions.BillingRead,
            HirePandaPermissions.ResourcesDelete,
            ApiKeyPermissions.KeysManage).GrantsEverything = true;
    }
}

/// <summary>The names of the product's permissions.</summary>
public static class HirePandaPermissions
{
    public const string JobsRead = "jobs:read";
    public const string JobsWrite = "jobs:write";
    public const string CandidatesRead = "candidates:read";
    public const string CandidatesWrite = "candidates:write";
    public const string WebhooksRead = "webhooks:read";
    public const string WebhooksWrite = "webhooks:write";
    public const string TeamManage = "team:manage";
    public const string BillingRead = "billing:read";
    public const string ResourcesDelete = "resources:delete";
}
