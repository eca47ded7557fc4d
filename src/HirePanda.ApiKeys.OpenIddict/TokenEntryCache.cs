using Microsoft.Extensions.Caching.Memory;

namespace HirePanda.ApiKeys;

/// <summary>
/// Remembers for a second whether the store says that a token is valid. Concurrent requests with a token share one answer, also
/// one that refuses, so that a revoked token does not cost a read for each of its requests.
/// </summary>
internal sealed class TokenEntryCache(TimeProvider time) : IDisposable
{
    private const int MaxTokens = 10_000;

    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(1);

    private readonly MemoryCache _answers = new(new MemoryCacheOptions { SizeLimit = MaxTokens });

    /// <summary>Gets the answer for a token.</summary>
    /// <param name="token">The id of the token.</param>
    /// <param name="read">Reads the answer from the store. If it throws, the exception is not remembered.</param>
    public async ValueTask<bool> GetAsync(string token, Func<Task<bool>> read)
    {
        if (_answers.TryGetValue(token, out Answer? known) && time.GetElapsedTime(known!.At) < _duration)
        {
            return await known.IsValid.ConfigureAwait(false);
        }

        var answer = new Answer(time.GetTimestamp(), read());
        _answers.Set(token, answer, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromMinutes(1) });
        try
        {
            return await answer.IsValid.ConfigureAwait(false);
        }
        catch
        {
            _answers.Remove(token);
            throw;
        }
    }

    public void Dispose() => _answers.Dispose();

    private sealed record Answer(long At, Task<bool> IsValid);
}
