using System.Diagnostics.CodeAnalysis;

namespace HirePanda.ApiKeys;

/// <summary>The outcome of verifying one secret for one caller.</summary>
public readonly struct ApiKeyVerdict
{
    private readonly ApiKey? _key;
    private readonly TimeSpan? _retryAfter;

    /// <summary>Creates a verdict, for tests of code that receives one.</summary>
    /// <param name="outcome">The outcome.</param>
    /// <param name="key">The key, or null if the secret does not belong to a known key.</param>
    /// <param name="retryAfter">The time after which another attempt may succeed, or null if waiting does not help.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="outcome"/> is valid and <paramref name="key"/> is null.
    /// </exception>
    public ApiKeyVerdict(ApiKeyOutcome outcome, ApiKey? key = null, TimeSpan? retryAfter = null)
    {
        if (outcome == ApiKeyOutcome.Valid)
        {
            ArgumentNullException.ThrowIfNull(key);
        }

        (Outcome, _key, _retryAfter) = (outcome, key, retryAfter);
    }

    internal ApiKeyVerdict(ApiKeyOutcome outcome, LiveKey? live, RateLimitDecision limit = default)
        => (Outcome, Live, Limit) = (outcome, live, limit);

    /// <summary>Gets the outcome.</summary>
    public ApiKeyOutcome Outcome { get; }

    /// <summary>Gets a value that indicates whether the key may be used now.</summary>
    [MemberNotNullWhen(true, nameof(Key))]
    public bool IsValid => Outcome == ApiKeyOutcome.Valid;

    /// <summary>Gets the key, even if it was refused, or null if the secret does not belong to a known key.</summary>
    public ApiKey? Key => Live?.Key ?? _key;

    /// <summary>Gets the time after which another attempt may succeed, or null if waiting does not help.</summary>
    public TimeSpan? RetryAfter => Outcome switch
    {
        _ when _retryAfter is not null => _retryAfter,
        ApiKeyOutcome.RateLimited or ApiKeyOutcome.ClientThrottled
            => TimeSpan.FromSeconds(Math.Max(1, RateLimitDecision.Seconds(Limit.Wait))),
        ApiKeyOutcome.Unavailable => TimeSpan.FromSeconds(1),
        _ => null,
    };

    internal LiveKey? Live { get; }

    internal RateLimitDecision Limit { get; }
}
