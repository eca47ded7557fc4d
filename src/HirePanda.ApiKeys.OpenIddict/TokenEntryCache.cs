using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers for a second whether the store says that a token and its authorization are valid. Concurrent requests with a token
/// share one read and its answer, also one that refuses, so that a revoked token does not cost a read for each of its requests.
/// </summary>
internal sealed class TokenEntryCache(IServiceScopeFactory scopes, TimeProvider time) : IDisposable
{
    private const int MaxTokens = 10_000;

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(1);

    /// <summary>The time that a read may take. Requests wait for the rest of it, as they wait for the store of keys.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private readonly Lock _starting = new();
    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = MaxTokens });

    /// <summary>Determines whether a token is valid.</summary>
    /// <param name="token">The id of the token.</param>
    /// <param name="authorization">The id of its authorization, or null if it has none.</param>
    /// <exception cref="TimeoutException">The store does not answer in time.</exception>
    /// <exception cref="OperationCanceledException">The store does not answer in time.</exception>
    public async ValueTask<bool> IsValidAsync(string token, string? authorization)
    {
        if (Find(token) is not { } answer)
        {
            lock (_starting)
            {
                answer = Find(token) ?? Start(token, authorization);
            }
        }

        var left = _patience - time.GetElapsedTime(answer.At);
        return await answer.IsValid.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time).ConfigureAwait(false);
    }

    public void Dispose() => _answers.Dispose();

    /// <summary>Finds an answer that is still used, or the read that is on its way to one. A failed read is neither.</summary>
    private Answer? Find(string token)
        => _answers.TryGetValue(token, out Answer? known)
            && (known!.IsValid.IsCompletedSuccessfully
                ? time.GetElapsedTime(known.At) < _duration
                : !known.IsValid.IsCompleted)
            ? known
            : null;

    private Answer Start(string token, string? authorization)
    {
        // The read runs on the thread pool without the caller's context, so that a store that blocks does no harm.
        using (ExecutionContext.SuppressFlow())
        {
            return _answers.Set(
                token,
                new Answer(time.GetTimestamp(), Task.Run(() => ReadAsync(token, authorization))),
                new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromMinutes(1) });
        }
    }

    /// <summary>Reads in a scope of its own, because the request that started the read may end before it.</summary>
    private async Task<bool> ReadAsync(string tokenId, string? authorizationId)
    {
        using var limit = new CancellationTokenSource(_patience, time);
        var scope = scopes.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        var tokens = scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>();
        if (await tokens.FindByIdAsync(tokenId, limit.Token).ConfigureAwait(false) is not { } token
            || !await tokens.HasStatusAsync(token, Statuses.Valid, limit.Token).ConfigureAwait(false))
        {
            return false;
        }

        if (authorizationId is null)
        {
            return true;
        }

        var authorizations = scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>();
        return await authorizations.FindByIdAsync(authorizationId, limit.Token).ConfigureAwait(false) is { } authorization
            && await authorizations.HasStatusAsync(authorization, Statuses.Valid, limit.Token).ConfigureAwait(false);
    }

    /// <param name="At">The time at which the read began. A change after it may be missing in the answer.</param>
    /// <param name="IsValid">The read.</param>
    private sealed record Answer(long At, Task<bool> IsValid);
}
