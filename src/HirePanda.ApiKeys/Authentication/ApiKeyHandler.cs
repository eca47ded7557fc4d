using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>
/// The scheme: a thin adapter between HTTP and <see cref="ApiKeyAuthenticator"/>. It forwards as every scheme of the framework can be told to,
/// but does without their base class, which would make a logger and look up options for every request.
/// </summary>
internal sealed class ApiKeyHandler(ApiKeyAuthenticator authenticator) : IAuthenticationHandler
{
    private AuthenticationScheme _scheme = null!;
    private HttpContext _context = null!;

    private ApiKeyOptions Options => authenticator.Options;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        (_scheme, _context) = (scheme, context);
        return Task.CompletedTask;
    }

    public Task<AuthenticateResult> AuthenticateAsync()
        => ForwardTo(Options.ForwardAuthenticate) is { } target ? _context.AuthenticateAsync(target) : authenticator.AuthenticateAsync(_context, _scheme);

    public Task ChallengeAsync(AuthenticationProperties? properties)
        => ForwardTo(Options.ForwardChallenge) is { } target ? _context.ChallengeAsync(target, properties) : AnswerChallengeAsync(properties ?? new());

    public Task ForbidAsync(AuthenticationProperties? properties)
        => ForwardTo(Options.ForwardForbid) is { } target ? _context.ForbidAsync(target, properties) : AnswerForbidAsync(properties ?? new());

    private async Task AnswerChallengeAsync(AuthenticationProperties properties)
    {
        await AuthenticateSafeAsync().ConfigureAwait(false);
        var verdict = ApiKeyRequest.Of(_context).Verdict;
        if (verdict.Outcome == ApiKeyOutcome.NotAnApiKey)
        {
            authenticator.CountUntaken(_context);
        }

        var challenge = new ApiKeyChallengeContext(_context, _scheme, Options, properties, verdict, ApiKeyError.For(verdict));
        await authenticator.Events(_context).ChallengeAsync(challenge).ConfigureAwait(false);
        if (!challenge.Handled)
        {
            await AnswerAsync(challenge.Error).ConfigureAwait(false);
        }
    }

    private async Task AnswerForbidAsync(AuthenticationProperties properties)
    {
        var error = ApiKeyError.Lacking(ApiKeyRequest.Of(_context).PendingErrorResponse?.Missing ?? []);
        var forbidden = new ApiKeyForbiddenContext(_context, _scheme, Options, properties, error);
        await authenticator.Events(_context).ForbiddenAsync(forbidden).ConfigureAwait(false);
        if (!forbidden.Handled)
        {
            await AnswerAsync(forbidden.Error).ConfigureAwait(false);
        }
    }

    /// <summary>A challenge is answered also where authentication throws.</summary>
    private async Task AuthenticateSafeAsync()
    {
        try
        {
            await authenticator.AuthenticateAsync(_context, _scheme).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // As the framework's handlers do it.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The verdict says that nothing is known.
        }
    }

    private Task AnswerAsync(ApiKeyError error)
    {
        ErrorWriter.WriteHead(_context.Response, error);
        if (ApiKeyRequest.Of(_context).PendingErrorResponse is { IsOpen: true } refusal)
        {
            refusal.Unwritten = error;
            return Task.CompletedTask;
        }

        return ErrorWriter.WriteBodyAsync(_context, error, Options.UseProblemDetails);
    }

    /// <summary>The scheme that does it instead of ours; null: none. Nobody forwards to itself.</summary>
    private string? ForwardTo(string? operation)
    {
        var options = Options;
        var target = operation ?? options.ForwardDefaultSelector?.Invoke(_context) ?? options.ForwardDefault;
        return target == _scheme.Name ? null : target;
    }
}
