using OpenIddict.Abstractions;
using OpenIddict.Validation;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Validation.OpenIddictValidationEvents;
using static OpenIddict.Validation.OpenIddictValidationHandlers.Protection;

namespace HirePanda.ApiKeys;

/// <summary>
/// Refuses a token whose entry in the store, or the entry of its authorization, is not valid any more. It takes the place of
/// OpenIddict's own check, which reads the store for every request.
/// </summary>
internal sealed class TokenEntryValidation(TokenEntryCache cache) : IOpenIddictValidationHandler<ValidateTokenContext>
{
    public static OpenIddictValidationHandlerDescriptor Descriptor { get; }
        = OpenIddictValidationHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
            .UseSingletonHandler<TokenEntryValidation>()
            .SetOrder(ValidateAuthorizationEntry.Descriptor.Order + 500)
            .SetType(OpenIddictValidationHandlerType.Custom)
            .Build();

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        // A token without an entry cannot be withdrawn, so it is not accepted.
        if (context.Principal?.GetTokenId() is not { Length: > 0 } token
            || !await cache.IsValidAsync(token, context.Principal.GetAuthorizationId()).ConfigureAwait(false))
        {
            context.Reject(Errors.InvalidToken, "The token is not valid.");
        }
    }
}
