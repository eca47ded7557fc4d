using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HirePanda.ApiKeys.Dashboard.Tests;

/// <summary>Signs in the person whom a header field names.</summary>
internal sealed class PersonHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Person";
    public const string Field = "X-Person";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Field] is not [{ Length: > 0 } name])
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, name), new Claim(ClaimTypes.Name, name)], SchemeName);
        return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(identity), SchemeName)));
    }
}

/// <summary>Maps the people of the tests: most of them are administrators of a workspace.</summary>
internal sealed class People : IApiKeyActorResolver
{
    public const string Workspace = "acme";
    public const string Owner = "owner";
    public const string Reader = "reader";
    public const string Stranger = "stranger";
    public const string Nowhere = "nowhere";
    public const string Other = "other";
    public const string Writer = "writer";
    public const string KeyManager = "manager";
    public const string Ada = "ada";

    /// <summary>Gets the actor of <see cref="Owner"/>.</summary>
    public static ApiKeyActor Administrator { get; } = Actor(Owner, Workspace, ApiKeyTiers.Admin);

    public ValueTask<ApiKeyActor?> ResolveAsync(HttpContext context, CancellationToken cancellationToken)
        => new(context.User.Identity?.Name switch
        {
            Stranger => null,
            Nowhere => Actor(Nowhere, "", ApiKeyTiers.Admin),
            Reader => Actor(Reader, Workspace, ApiKeyTiers.Read),
            Other => Actor(Other, "second", ApiKeyTiers.Admin),
            Writer => Actor(Writer, Workspace, ApiKeyTiers.Write) with { Permissions = [ApiKeyPermissions.KeysManage] },
            KeyManager => Actor(KeyManager, Workspace, ApiKeyTiers.Read) with { Permissions = [ApiKeyPermissions.KeysManage] },
            Ada => Actor(Ada, Workspace, ApiKeyTiers.Admin) with { OwnerId = Ada },
            var name => Actor(name ?? "local", Workspace, ApiKeyTiers.Admin),
        });

    public static ApiKeyActor Actor(string name, string workspace, string tier)
        => new() { Id = $"user:{name}", Workspace = workspace, Tier = tier };
}
