using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace HirePanda.Api;

/// <summary>
/// Redeems a code or refresh token once, even if it arrives at two nodes at the same moment. The second use ends all tokens of
/// the authorization, as it does later (RFC 9700, section 4.14.2). It takes the place of OpenIddict's own step, which lets
/// concurrent uses of a refresh token pass.
/// </summary>
internal sealed class TokenRedemption(
    IOpenIddictTokenManager tokens, AccountsDbContext db, IOptions<OpenIddictServerOptions> options, TimeProvider time)
    : IOpenIddictServerHandler<ProcessSignInContext>
{
    public static void Add(OpenIddictServerBuilder server)
    {
        server.RemoveEventHandler(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor);
        server.AddEventHandler<ProcessSignInContext>(handler => handler.UseScopedHandler<TokenRedemption>()
            .SetOrder(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor.Order));
        server.AddEventHandler<ProcessSignInContext>(handler => handler.UseScopedHandler<Confirmation>()
            .SetOrder(OpenIddictServerHandlers.AttachSignInParameters.Descriptor.Order + 1));
    }

    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (GetRedeemed(context) is not { } redeemed)
        {
            return;
        }

        // One statement, so that only one use finds the token valid. A failure of the database is not a second use.
        var now = time.GetUtcNow().UtcDateTime;
        var isFirst = await db.Set<OAuthToken>().Where(token => token.Id == redeemed.Id && token.Status == Statuses.Valid)
            .ExecuteUpdateAsync(
                row => row.SetProperty(token => token.Status, Statuses.Redeemed)
                    .SetProperty(token => token.RedemptionDate, now)
                    .SetProperty(token => token.ConcurrencyToken, Guid.NewGuid().ToString()),
                context.CancellationToken) == 1;
        var mayRepeat = redeemed.IsRefreshToken && options.Value.RefreshTokenReuseLeeway > TimeSpan.Zero;
        if (!isFirst && !(mayRepeat && await IsRedeemedAsync(db, redeemed, context.CancellationToken)))
        {
            await EndAsync(context, tokens, redeemed);
        }
    }

    private static Task<bool> IsRedeemedAsync(AccountsDbContext db, Redeemed redeemed, CancellationToken cancellationToken)
        => db.Set<OAuthToken>().AsNoTracking().AnyAsync(
            token => token.Id == redeemed.Id && token.Status == Statuses.Redeemed, cancellationToken);

    private static async Task EndAsync(ProcessSignInContext context, IOpenIddictTokenManager tokens, Redeemed redeemed)
    {
        if (redeemed.AuthorizationId is { } authorization)
        {
            // A caller that hangs up does not stop it. Tokens that the first use stored during the first round are seen in the
            // second, and tokens that it stores later are ended by its own confirmation.
            await tokens.RevokeByAuthorizationIdAsync(authorization, CancellationToken.None);
            await tokens.RevokeByAuthorizationIdAsync(authorization, CancellationToken.None);
        }

        context.Reject(Errors.InvalidGrant, "The code or refresh token has already been used.");
    }

    /// <summary>Gets what the request redeems, or null if it redeems nothing.</summary>
    private static Redeemed? GetRedeemed(ProcessSignInContext context)
    {
        var checkedTokens = context.Transaction.GetProperty<ProcessAuthenticationContext>(
            typeof(ProcessAuthenticationContext).FullName!);
        var principal = context.EndpointType != OpenIddictServerEndpointType.Token ? null
            : context.Request.IsRefreshTokenGrantType() ? checkedTokens?.RefreshTokenPrincipal
            : checkedTokens?.AuthorizationCodePrincipal;
        return principal?.GetTokenId() is { } id
            ? new(id, principal.GetAuthorizationId(), context.Request.IsRefreshTokenGrantType())
            : null;
    }

    private sealed record Redeemed(string Id, string? AuthorizationId, bool IsRefreshToken);

    /// <summary>
    /// Ends the tokens that were just issued if a second use came between their redemption and now. The second use could not end
    /// them, because they were not stored yet.
    /// </summary>
    private sealed class Confirmation(IOpenIddictTokenManager tokens, AccountsDbContext db)
        : IOpenIddictServerHandler<ProcessSignInContext>
    {
        public async ValueTask HandleAsync(ProcessSignInContext context)
        {
            if (GetRedeemed(context) is { } redeemed && !await IsRedeemedAsync(db, redeemed, context.CancellationToken))
            {
                await EndAsync(context, tokens, redeemed);
            }
        }
    }
}
