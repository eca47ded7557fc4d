using HirePanda.ApiKeys;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;

namespace HirePanda.Api;

/// <summary>The scopes of tokens: the tiers and permissions of the catalog, and two of OpenID Connect.</summary>
internal sealed class OAuthScopes(ApiKeyCatalogReader catalog, IOptions<OpenIddictServerOptions> server)
{
    private static readonly string[] _openId = [OpenIddictConstants.Scopes.OpenId, OpenIddictConstants.Scopes.OfflineAccess];

    private static readonly Dictionary<string, string> _words = new(StringComparer.Ordinal)
    {
        [OpenIddictConstants.Scopes.OpenId] = "Know who you are: your account and your email address",
        [OpenIddictConstants.Scopes.OfflineAccess] = "Keep this access while you are not using the app",
        [ApiKeyTiers.Read] = "See jobs, candidates, webhooks and analytics",
        [ApiKeyTiers.Write] = "See and change jobs, candidates and webhooks",
        [ApiKeyTiers.Admin] = "Do everything that you can do, also manage API keys, the team and billing",
        [HirePandaPermissions.JobsRead] = "See jobs",
        [HirePandaPermissions.JobsWrite] = "Create and change jobs",
        [HirePandaPermissions.CandidatesRead] = "See candidates",
        [HirePandaPermissions.CandidatesWrite] = "Create and change candidates",
        [HirePandaPermissions.WebhooksRead] = "See webhooks",
        [HirePandaPermissions.WebhooksWrite] = "Create and change webhooks",
        [HirePandaPermissions.TeamManage] = "Manage the team",
        [HirePandaPermissions.BillingRead] = "See billing",
        [HirePandaPermissions.ResourcesDelete] = "Delete jobs and other data",
        [ApiKeyPermissions.AnalyticsRead] = "See analytics",
        [ApiKeyPermissions.KeysManage] = "Create, change and revoke API keys",
    };

    /// <summary>Gets the scopes that an actor can hand to an app.</summary>
    public HashSet<string> GetGrantable(ApiKeyActor actor)
    {
        var view = catalog.Get(actor);
        return
        [
            .. view.Tiers.Where(tier => tier.CanGrant).Select(tier => tier.Name),
            .. view.Permissions.Where(permission => permission.CanGrant).Select(permission => permission.Name),
            .. _openId,
        ];
    }

    /// <summary>Gets all scopes that the server knows. They include the tiers and permissions of the catalog.</summary>
    public HashSet<string> GetAll() => server.Value.Scopes;

    /// <summary>Determines whether a scope gives access to the API.</summary>
    public static bool IsOfApi(string scope) => !_openId.Contains(scope);

    /// <summary>Says in plain words what a scope allows.</summary>
    public static string Describe(string scope) => _words.GetValueOrDefault(scope, scope);
}
