using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// The scheme that selects by what a request carries: a key of ours goes to the API key scheme, another credential to the
/// accepted scheme that takes it. The API key scheme answers every challenge, so that all errors have one shape.
/// </summary>
internal sealed class SelectorHandler(
    IAuthenticationHandlerProvider handlers, AcceptedSchemes schemes, CredentialAcceptor acceptor) : IAuthenticationHandler
{
    private HttpContext _context = null!;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public async Task<AuthenticateResult> AuthenticateAsync()
    {
        var request = ApiKeyRequest.Get(_context);
        if (request.Accepted is { } known)
        {
            return await known.ConfigureAwait(false);
        }

        // The API key scheme knows what a key is, wherever the host takes it from. Without a key it does no more than look.
        var keys = await handlers.GetHandlerAsync(_context, ApiKeyDefaults.AuthenticationScheme).ConfigureAwait(false);
        var result = await keys!.AuthenticateAsync().ConfigureAwait(false);
        if (request.Verdict.Outcome is not (ApiKeyOutcome.Missing or ApiKeyOutcome.NotAnApiKey))
        {
            return result;
        }

        var hasToken = request.Verdict.Outcome == ApiKeyOutcome.NotAnApiKey;
        return await schemes.FindAsync(_context, hasToken).ConfigureAwait(false) is { } scheme
            ? await (request.Accepted = acceptor.AcceptAsync(request, scheme)).ConfigureAwait(false)
            : result;
    }

    public Task ChallengeAsync(AuthenticationProperties? properties)
        => _context.ChallengeAsync(ApiKeyDefaults.AuthenticationScheme, properties);

    public Task ForbidAsync(AuthenticationProperties? properties)
        => _context.ForbidAsync(ApiKeyDefaults.AuthenticationScheme, properties);
}
