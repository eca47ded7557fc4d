using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace HirePanda.Api;

/// <summary>Rules that OpenIddict does not have.</summary>
internal static class OAuthHandlers
{
    public static void Add(OpenIddictServerBuilder server)
    {
        server.AddEventHandler<ProcessRequestContext>(handler => handler.UseInlineHandler(RequireHttpsAsync)
            .SetOrder(OpenIddictServerAspNetCoreHandlers.ValidateTransportSecurityRequirement.Descriptor.Order));
        server.AddEventHandler<ValidateTokenContext>(handler => handler.UseScopedHandler<TokenPresence>()
            .SetOrder(OpenIddictServerHandlers.Protection.ValidateTokenEntry.Descriptor.Order - 1));
        TokenRedemption.Add(server);
        server.AddEventHandler<HandleRevocationRequestContext>(handler => handler.UseScopedHandler<FamilyRevocation>()
            .SetOrder(OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor.Order + 1));
        server.AddEventHandler<HandleIntrospectionRequestContext>(handler => handler.UseInlineHandler(ShowRightsAsync)
            .SetOrder(OpenIddictServerHandlers.Introspection.AttachApplicationClaims.Descriptor.Order + 1));
    }

    /// <summary>
    /// Tells an app what its own access tokens allow, so that the app's API can check them. OpenIddict tells it only to APIs that
    /// are an audience of the token. Other apps do not get this far.
    /// </summary>
    private static ValueTask ShowRightsAsync(HandleIntrospectionRequestContext context)
    {
        var token = context.GenericTokenPrincipal;
        if (token.HasTokenType(OpenIddictConstants.TokenTypeIdentifiers.AccessToken))
        {
            context.Scopes.UnionWith(token.GetScopes());
            context.Claims[AccountClaims.Workspace] = token.GetClaim(AccountClaims.Workspace);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Refuses plain HTTP, except on the own machine, where the sample runs without a certificate.</summary>
    private static ValueTask RequireHttpsAsync(ProcessRequestContext context)
    {
        var request = context.Transaction.GetHttpRequest()!;
        if (context.EndpointType != OpenIddictServerEndpointType.Unknown && !request.IsHttps
            && !LoopbackHost.Is(request.Host.Host))
        {
            context.Reject(OpenIddictConstants.Errors.InvalidRequest, "This server requires HTTPS.");
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Refuses a token whose row was deleted, for example with its app. OpenIddict would throw.</summary>
    private sealed class TokenPresence(IOpenIddictTokenManager tokens) : IOpenIddictServerHandler<ValidateTokenContext>
    {
        public async ValueTask HandleAsync(ValidateTokenContext context)
        {
            if (context.TokenId is { Length: > 0 } id && await tokens.FindByIdAsync(id, context.CancellationToken) is null)
            {
                context.Reject(OpenIddictConstants.Errors.InvalidToken, "The token does not exist anymore.");
            }
        }
    }

    /// <summary>Ends all tokens of an authorization when its refresh token is revoked (RFC 7009, section 2.1).</summary>
    private sealed class FamilyRevocation(IOpenIddictTokenManager tokens)
        : IOpenIddictServerHandler<HandleRevocationRequestContext>
    {
        public async ValueTask HandleAsync(HandleRevocationRequestContext context)
        {
            var token = context.GenericTokenPrincipal;
            if (!context.IsRejected && token.HasTokenType(OpenIddictConstants.TokenTypeIdentifiers.RefreshToken)
                && token.GetAuthorizationId() is { } authorization)
            {
                await tokens.RevokeByAuthorizationIdAsync(authorization, context.CancellationToken);
            }
        }
    }
}

/// <summary>The names of the own machine.</summary>
internal static class LoopbackHost
{
    public static bool Is(string host) => host is "localhost" or "127.0.0.1" or "[::1]";
}
