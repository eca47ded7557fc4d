using System.Security.Claims;
using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Identity;

namespace HirePanda.Api;

/// <summary>
/// Lets a signed-in person act as an administrator of the person's workspace. Keys act as the library's default resolver says.
/// </summary>
internal sealed class StaffActorResolver(IApiKeyActorResolver keys) : IApiKeyActorResolver
{
    public async ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
        => await keys.ResolveAsync(context, cancellationToken) ?? ResolvePerson(context.User);

    /// <summary>Decorates the resolver that is in effect, so this is called after <c>AddHirePandaApiKeys</c>.</summary>
    public static void Decorate(IServiceCollection services)
    {
        var inner = services.Last(service => service.ServiceType == typeof(IApiKeyActorResolver)).ImplementationType!;
        services.AddSingleton<IApiKeyActorResolver>(provider => new StaffActorResolver(
            (IApiKeyActorResolver)ActivatorUtilities.CreateInstance(provider, inner)));
    }

    /// <summary>Maps the person of a session cookie. The result is null if there is none.</summary>
    public static ApiKeyActor? ResolvePerson(ClaimsPrincipal user)
    {
        // Only the cookie's own identity counts. A key's identity has a workspace too.
        var person = user.Identities.FirstOrDefault(
            identity => identity.AuthenticationType == IdentityConstants.ApplicationScheme);
        return person?.FindFirst(ClaimTypes.NameIdentifier)?.Value is { Length: > 0 } id
            && person.FindFirst(AccountClaims.Workspace)?.Value is { Length: > 0 } workspace
                ? new ApiKeyActor { Id = $"user:{id}", Workspace = workspace, Tier = ApiKeyTiers.Admin }
                : null;
    }
}
