using System.Buffers;
using System.Net;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Verifies secrets, over HTTP or elsewhere. The steps, cheapest first, are: shape and checksum, lookup by hash, status, IP
/// allowlists, rate limits.
/// </summary>
public sealed class ApiKeyVerifier
{
    /// <summary>The maximum length of a secret of an older system.</summary>
    private const int MaxLegacyLength = 512;

    private readonly ApiKeySettings _settings;
    private readonly KeyLookup _lookup;
    private readonly FailureThrottle _throttle;
    private readonly MonotonicClock _clock;
    private readonly ISharedRateLimiter? _shared;
    private readonly IVerdictObserver[] _observers;
    private readonly TimeProvider _time;

    internal ApiKeyVerifier(
        ApiKeySettings settings,
        KeyLookup lookup,
        FailureThrottle throttle,
        MonotonicClock clock,
        ISharedRateLimiter? shared,
        IEnumerable<IVerdictObserver> observers,
        TimeProvider time)
    {
        (_settings, _lookup, _throttle, _clock) = (settings, lookup, throttle, clock);
        (_shared, _observers, _time) = (shared, [.. observers], time);
    }

    private long Now => _time.GetUtcNow().UtcTicks;

    /// <summary>Verifies one secret for one caller, and takes the call's cost from the key's rate limits.</summary>
    /// <param name="secret">The whole token, as the caller sent it.</param>
    /// <param name="context">The caller and the cost of the call.</param>
    /// <param name="cancellationToken">Stops waiting for the store. The read itself continues for other callers.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public ValueTask<ApiKeyVerdict> VerifyAsync(
        ReadOnlySpan<char> secret, ApiKeyVerificationContext context, CancellationToken cancellationToken = default)
        => VerifyAsync(secret, context, Now, cancellationToken);

    /// <inheritdoc cref="VerifyAsync(ReadOnlySpan{char}, ApiKeyVerificationContext, CancellationToken)"/>
    /// <param name="secret">The whole token, as the caller sent it.</param>
    /// <param name="context">The caller, and the cost of the call.</param>
    /// <param name="started">The time at which the call began, in ticks.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    internal ValueTask<ApiKeyVerdict> VerifyAsync(
        ReadOnlySpan<char> secret, ApiKeyVerificationContext context, long started, CancellationToken cancellationToken)
    {
        var options = _settings.Current;
        if (context.Memo is { } memo && memo.TryGet(options, out var known) && _lookup.FindCached(known, started) is { } same)
        {
            return DecideAsync(same, context, started, started);
        }

        var bytes = Read(options, secret, stackalloc byte[SecretFormat.MaxLength]);
        if (bytes.IsEmpty)
        {
            return new(NotifyObservers(new ApiKeyVerdict(ApiKeyOutcome.Malformed), context, started));
        }

        Span<ApiKeyHash> hashes = stackalloc ApiKeyHash[options.Hasher.Variants];
        for (var variant = 0; variant < hashes.Length; variant++)
        {
            hashes[variant] = options.Hasher.Hash(bytes, variant);
            if (_lookup.FindCached(hashes[variant], started) is { } live)
            {
                context.Memo?.Remember(options, live.Hash);
                return DecideAsync(live, context, started, started);
            }
        }

        return FindAsync(hashes.ToArray(), context, started, cancellationToken);
    }

    /// <summary>Checks the current status and allowlists of an admitted key again. It does not take a permit.</summary>
    /// <param name="live">The key as it was admitted.</param>
    /// <param name="address">The caller's address, or null if it is unknown.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    internal async ValueTask<ApiKeyVerdict> ReevaluateAsync(LiveKey live, IPAddress? address, CancellationToken cancellationToken)
    {
        var (outcome, found) = _lookup.FindCached(live.Hash, Now) is { } cached
            ? (LookupOutcome.Found, cached)
            : await _lookup.FindAsync([live.Hash], mayMiss: true, cancellationToken).ConfigureAwait(false);
        return outcome switch
        {
            LookupOutcome.Found => new(found!.Check(address, Now), found),
            LookupOutcome.NotFound => new(ApiKeyOutcome.Unknown),
            _ => new(ApiKeyOutcome.Unavailable),
        };
    }

    /// <summary>
    /// Determines whether a token is meant as an API key: it starts with the brand, or the host recognizes it as a secret of an
    /// older system.
    /// </summary>
    internal bool IsOurs(ReadOnlySpan<char> token)
    {
        var options = _settings.Current;
        return options.Format.IsOurs(token) || IsLegacy(options, token);
    }

    /// <summary>
    /// Notifies the observers of a verdict. The handler also calls it, for a credential that it refuses before verification.
    /// </summary>
    /// <returns>The verdict.</returns>
    internal ApiKeyVerdict NotifyObservers(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        foreach (var observer in _observers)
        {
            observer.Observe(verdict, context, started);
        }

        return verdict;
    }

    /// <summary>Gets the bytes to hash. The result is empty if the secret is malformed.</summary>
    internal static ReadOnlySpan<byte> Read(CompiledApiKeyOptions options, ReadOnlySpan<char> secret, Span<byte> buffer)
    {
        if (Ascii.FromUtf16(secret, buffer, out var length) == OperationStatus.Done
            && options.Format.IsWellFormed(buffer[..length]))
        {
            return buffer[..length];
        }

        return IsLegacy(options, secret) ? Encoding.UTF8.GetBytes(secret.ToArray()) : default;
    }

    private static bool IsLegacy(CompiledApiKeyOptions options, ReadOnlySpan<char> token)
        => options.Options.IsLegacySecret is { } isLegacy
            && token.Length is > 0 and <= MaxLegacyLength
            && isLegacy(token.ToString());

    private async ValueTask<ApiKeyVerdict> FindAsync(
        ApiKeyHash[] hashes, ApiKeyVerificationContext context, long started, CancellationToken cancellationToken)
    {
        var wait = _throttle.GetWait(context.Address);
        var (outcome, live) = await _lookup.FindAsync(hashes, mayMiss: wait == 0, cancellationToken).ConfigureAwait(false);
        if (outcome == LookupOutcome.Found)
        {
            return await DecideAsync(live!, context, Now, started).ConfigureAwait(false);
        }

        return NotifyObservers(
            outcome switch
            {
                LookupOutcome.NotFound => new(ApiKeyOutcome.Unknown),
                LookupOutcome.Refused => new(ApiKeyOutcome.ClientThrottled, live: null, new RateLimitDecision { Wait = wait }),
                _ => new(ApiKeyOutcome.Unavailable),
            },
            context,
            started);
    }

    /// <summary>
    /// Decides about a known key. The status and the allowlists come first, because a refused caller must not use quota.
    /// </summary>
    private ValueTask<ApiKeyVerdict> DecideAsync(LiveKey live, in ApiKeyVerificationContext context, long now, long started)
    {
        var outcome = live.Check(context.Address, now);
        if (outcome != ApiKeyOutcome.Valid)
        {
            return new(NotifyObservers(new(outcome, live), context, started));
        }

        if (_shared is { } shared)
        {
            return TakeSharedAsync(shared, live, context, now, started);
        }

        var limit = RateLimiter.Take(live.Limits, live.Buckets, Math.Max(1, context.Cost), _clock.From(now));
        return new(NotifyObservers(Admit(live, limit), context, started));
    }

    private async ValueTask<ApiKeyVerdict> TakeSharedAsync(
        ISharedRateLimiter shared, LiveKey live, ApiKeyVerificationContext context, long now, long started)
    {
        var limit = await shared.TakeAsync(live.Family, live.Limits, live.Buckets, Math.Max(1, context.Cost), _clock.From(now))
            .ConfigureAwait(false);
        return NotifyObservers(
            limit is { } decision ? Admit(live, decision) : new(ApiKeyOutcome.Unavailable, live), context, started);
    }

    private static ApiKeyVerdict Admit(LiveKey live, in RateLimitDecision limit)
        => new(limit.Admitted ? ApiKeyOutcome.Valid : ApiKeyOutcome.RateLimited, live, limit);
}
