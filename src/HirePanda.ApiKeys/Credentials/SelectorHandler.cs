using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// The scheme that selects by what a request carries: a key of ours goes to the API key scheme, another credential to the
/// accepted scheme that takes it. The API key scheme answers every challenge, so that all errors have one shape.
/// </summary>
internal sealed class SelectorHandler(
    IAuthenticationHandlerProvider handlers,
    IClaimsTransformation transformation,
    KeylessRequests keyless,
    AcceptedSchemes schemes,
    CredentialAcceptor acceptor) : IAuthenticationHandler
{
    private HttpContext _context = null!;

    /// <summary>The accepted scheme that the request was given to, or null if there is none yet.</summary>
    private AcceptedScheme? _selected;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _context = context;
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync()
    {
        var request = ApiKeyRequest.Get(_context);
        if (_selected is not null && request.Selected is not { IsCompleted: true })
        {
            throw new InvalidOperationException(
                $"AcceptScheme(\"{_selected.Name}\") names a scheme that authenticates with \"{ApiKeyDefaults.SelectorScheme}\" "
                + "again, for example because it forwards to the default scheme. Forward it to another scheme.");
        }

        return request.Selected ??= SelectAsync(request);
    }

    public Task ChallengeAsync(AuthenticationProperties? properties)
        => _context.ChallengeAsync(ApiKeyDefaults.AuthenticationScheme, properties);

    public Task ForbidAsync(AuthenticationProperties? properties)
        => _context.ForbidAsync(ApiKeyDefaults.AuthenticationScheme, properties);

    private async Task<AuthenticateResult> SelectAsync(ApiKeyRequest request)
    {
        var result = AuthenticateResult.NoResult();
        if (!keyless.TryDecide(request))
        {
            // The API key scheme knows what a key is, wherever the host takes it from. Without a key it does no more than look.
            var keys = await handlers.GetHandlerAsync(_context, ApiKeyDefaults.AuthenticationScheme).ConfigureAwait(false);
            result = await keys!.AuthenticateAsync().ConfigureAwait(false);
        }

        var outcome = request.Verdict.Outcome;
        if (outcome is not (ApiKeyOutcome.Missing or ApiKeyOutcome.NotAnApiKey)
            || await schemes.FindAsync(_context, outcome == ApiKeyOutcome.NotAnApiKey).ConfigureAwait(false) is not { } scheme)
        {
            return result;
        }

        _selected = scheme;
        ClaimsPrincipal caller;
        try
        {
            // Not with the context, which would make another result and ticket for every request.
            var handler = await handlers.GetHandlerAsync(_context, scheme.Name).ConfigureAwait(false);
            result = await handler!.AuthenticateAsync().ConfigureAwait(false);
            if (!result.Succeeded)
            {
                return scheme.IsUnavailable?.Invoke(result) == true ? acceptor.Refuse(request, scheme, result.Failure) : result;
            }

            // The framework's own transformation would only make another task.
            caller = transformation.GetType() == typeof(NoopClaimsTransformation)
                ? result.Principal
                : await transformation.TransformAsync(result.Principal).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A scheme that cannot reach its issuer or its store can throw any exception.
        catch (Exception exception) when (!_context.RequestAborted.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return acceptor.Refuse(request, scheme, exception);
        }

        return await acceptor.AcceptAsync(request, scheme, caller, result.Properties).ConfigureAwait(false);
    }
}
