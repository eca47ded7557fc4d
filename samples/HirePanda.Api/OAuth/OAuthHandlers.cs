using Microsoft.AspNetCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace HirePanda.Api;

/// <summary>Two rules that OpenIddict does not have.</summary>
internal static class OAuthHandlers
{
    public static void Add(OpenIddictServerBuilder server)
    {
        server.AddEventHandler<ProcessRequestContext>(handler => handler.UseInlineHandler(RequireHttpsAsync)
            .SetOrder(OpenIddictServerAspNetCoreHandlers.ValidateTransportSecurityRequirement.Descriptor.Order));
        server.AddEventHandler<HandleRevocationRequestContext>(handler => handler.UseScopedHandler<FamilyRevocation>()
            .SetOrder(OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor.Order + 1));
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
