using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>The default resolver, which maps API keys and the callers of accepted schemes.</summary>
internal sealed class ApiKeyActorResolver(ApiKeySettings settings) : IApiKeyActorResolver
{
    public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
        => new(CallerIdentity.Find(context.User) switch
        {
            ApiKeyIdentity caller => From(caller.Live.Key),
            AcceptedIdentity caller => Resolve(caller),
            _ => null,
        });

    /// <summary>Maps the caller of an accepted scheme.</summary>
    public ApiKeyActor? Resolve(AcceptedIdentity caller)
        => caller.Scheme.MapActor is { } map ? map(caller.Source) : ClaimsActor.Map(caller.Source, settings.Current.Catalog);

    private static ApiKeyActor From(ApiKey key) => new()
    {
        Id = key.Id,
        Workspace = key.Workspace,
        OwnerId = key.OwnerId,
        Tier = key.Tier,
        Permissions = key.Permissions,
        Key = key,
    };
}
