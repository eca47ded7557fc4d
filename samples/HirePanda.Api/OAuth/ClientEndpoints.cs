using System.Security.Cryptography;
using HirePanda.ApiKeys;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.Api;

/// <summary>Lets callers with <c>keys:manage</c> register apps. A workspace sees and removes only its own.</summary>
internal static partial class ClientEndpoints
{
    public const int MaxClients = 100;

    private const int MaxBody = 64 * 1024;
    private const int WriteCost = 2;

    public static void Map(IEndpointRouteBuilder app)
    {
        var clients = app.MapGroup("/api/v1/oauth/clients").WithTags("OAuth clients")
            .RequirePermission(ApiKeyPermissions.KeysManage)
            .AddEndpointFilter(ClientErrors.FilterAsync).WithMetadata(new RequestSizeLimitAttribute(MaxBody));
        clients.MapPost("/", CreateAsync).WithApiKeyCost(WriteCost);
        clients.MapMethods("/", PageRequest.Read, ListAsync);
        clients.MapDelete("/{clientId}", DeleteAsync).WithApiKeyCost(WriteCost);
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context,
        IApiKeyActorResolver actors,
        OAuthScopes scopes,
        AccountsDbContext db,
        OpenIddictApplicationManager<OAuthClient> apps,
        TimeProvider time,
        ILogger<OAuthClient> logger)
    {
        if (!context.Request.HasJsonContentType())
        {
            return ClientErrors.NotJson;
        }

        var request = await ClientRequest.ReadAsync(context.Request, time);
        if (await ResolveAsync(context, actors) is not { } actor)
        {
            return ClientErrors.Forbidden;
        }

        if (request.Validate(scopes.GetAll()) is { Count: > 0 } errors)
        {
            return ClientErrors.Invalid(errors);
        }

        var grantable = scopes.GetGrantable(actor);
        if (request.Scopes!.Where(scope => !grantable.Contains(scope!)).ToList() is { Count: > 0 } lacking)
        {
            return ClientErrors.Lacking(context, actor, lacking!);
        }

        var client = new OAuthClient { Workspace = actor.Workspace, CreatedAt = time.GetUtcNow().UtcDateTime };
        var secret = request.Type == ClientTypes.Confidential ? NewText(43) : null;
        await apps.PopulateAsync(client, Describe(request, secret), context.RequestAborted);
        await using var transaction = await AccountTables.LockAsync(db, context.RequestAborted);
        if (await db.OAuthClients.CountAsync(other => other.Workspace == actor.Workspace, context.RequestAborted) >= MaxClients)
        {
            return ClientErrors.Conflict($"The workspace already has {MaxClients} clients. Delete one first.");
        }

        await apps.CreateAsync(client, secret, context.RequestAborted);
        await transaction.CommitAsync(context.RequestAborted);
        LogRegistered(logger, client.ClientId!, actor.Workspace, actor.Id, string.Join(' ', request.Scopes!));
        return Results.Created($"{context.Request.Path}/{client.ClientId}", await ViewAsync(apps, client, secret));
    }

    private static async Task<IResult> ListAsync(
        HttpContext context,
        IApiKeyActorResolver actors,
        AccountsDbContext db,
        OpenIddictApplicationManager<OAuthClient> apps)
    {
        if (await ResolveAsync(context, actors) is not { } actor)
        {
            return ClientErrors.Forbidden;
        }

        var clients = await db.OAuthClients.AsNoTracking().Where(client => client.Workspace == actor.Workspace)
            .OrderByDescending(client => client.CreatedAt).ThenBy(client => client.Id).ToListAsync(context.RequestAborted);
        var items = new List<ClientView>();
        foreach (var client in clients)
        {
            items.Add(await ViewAsync(apps, client));
        }

        return Results.Ok(new { items });
    }

    private static async Task<IResult> DeleteAsync(
        string clientId,
        HttpContext context,
        IApiKeyActorResolver actors,
        OpenIddictApplicationManager<OAuthClient> apps,
        ILogger<OAuthClient> logger)
    {
        if (await ResolveAsync(context, actors) is not { } actor)
        {
            return ClientErrors.Forbidden;
        }

        if (await apps.FindByClientIdAsync(clientId, context.RequestAborted) is not { } client
            || client.Workspace != actor.Workspace)
        {
            return ClientErrors.NotFound;
        }

        try
        {
            // This also deletes its authorizations and tokens.
            await apps.DeleteAsync(client, context.RequestAborted);
            LogDeleted(logger, clientId, actor.Workspace, actor.Id);
            return Results.NoContent();
        }
        catch (OpenIddictExceptions.ConcurrencyException)
        {
            // Another call deleted it a moment ago.
            return ClientErrors.NotFound;
        }
    }

    /// <summary>Gets the caller, or null. A caller that is bound to an owner does not manage the whole workspace.</summary>
    private static async Task<ApiKeyActor?> ResolveAsync(HttpContext context, IApiKeyActorResolver actors)
        => await actors.ResolveAsync(context, context.RequestAborted) is { Workspace.Length: > 0, OwnerId: null } actor
            ? actor
            : null;

    private static OpenIddictApplicationDescriptor Describe(ClientRequest request, string? secret)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = $"app_{NewText(24)}",
            ClientType = request.Type,
            ConsentType = ConsentTypes.Explicit,
            DisplayName = request.Name,
            Permissions =
            {
                Permissions.Endpoints.Authorization,
                Permissions.Endpoints.Token,
                Permissions.Endpoints.Revocation,
                Permissions.GrantTypes.AuthorizationCode,
                Permissions.GrantTypes.RefreshToken,
                Permissions.ResponseTypes.Code,
            },
        };
        descriptor.RedirectUris.UnionWith(request.RedirectUris!.Select(address => new Uri(address!)));
        descriptor.Permissions.UnionWith(request.Scopes!.Select(scope => Permissions.Prefixes.Scope + scope));
        if (secret is not null)
        {
            // Only an app that can keep a secret may ask what a token is worth.
            descriptor.Permissions.Add(Permissions.Endpoints.Introspection);
        }

        return descriptor;
    }

    private static async Task<ClientView> ViewAsync(
        OpenIddictApplicationManager<OAuthClient> apps, OAuthClient client, string? secret = null)
        => new(
            client.ClientId!,
            secret,
            client.DisplayName!,
            client.ClientType!,
            await apps.GetRedirectUrisAsync(client),
            [
                .. (await apps.GetPermissionsAsync(client))
                    .Where(permission => permission.StartsWith(Permissions.Prefixes.Scope, StringComparison.Ordinal))
                    .Select(permission => permission[Permissions.Prefixes.Scope.Length..]),
            ],
            DateTime.SpecifyKind(client.CreatedAt, DateTimeKind.Utc));

    private static string NewText(int length)
        => RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length);

    [LoggerMessage(1, LogLevel.Information, "{Actor} of workspace {Workspace} registered the client {ClientId} with {Scopes}")]
    private static partial void LogRegistered(ILogger logger, string clientId, string workspace, string actor, string scopes);

    [LoggerMessage(2, LogLevel.Information, "{Actor} of workspace {Workspace} deleted the client {ClientId}")]
    private static partial void LogDeleted(ILogger logger, string clientId, string workspace, string actor);
}
