using System.Buffers;
using System.Net;
using System.Text;

namespace HirePanda.ApiKeys;

/// <summary>
/// Verifies secrets, in HTTP or anywhere else: shape and checksum, look-up by hash, status, IP allowlist, rate limit, the cheap
/// steps first. The HTTP handler is a thin adapter over this.
/// </summary>
public sealed class ApiKeyVerifier
{
    /// <summary>The longest secret of an older system that is looked up.</summary>
    private const int MaxLegacyLength = 512;

    private readonly ApiKeySettings _settings;
    private readonly KeyLookup _lookup;
    private readonly FailureThrottle _throttle;
    private readonly AllowlistReports _reports;
    private readonly MonotonicClock _clock;
    private readonly LimitReports _limits;
    private readonly FailedAttempts _failures;
    private readonly ApiKeyMetrics _metrics;
    private readonly TimeProvider _time;

    internal ApiKeyVerifier(
        ApiKeySettings settings,
        KeyLookup lookup,
        FailureThrottle throttle,
        MonotonicClock clock,
        AllowlistReports reports,
        LimitReports limits,
        FailedAttempts failures,
        ApiKeyMetrics metrics,
        TimeProvider time)
    {
        (_settings, _lookup, _throttle, _clock, _reports) = (settings, lookup, throttle, clock, reports);
        (_limits, _failures, _metrics, _time) = (limits, failures, metrics, time);
    }

    /// <summary>Verifies one secret for one caller, and takes the call's cost from the key's limits.</summary>
    /// <param name="secret">The whole token, as the caller sent it.</param>
    /// <param name="caller">Who sent it.</param>
    /// <param name="cancellationToken">Stops waiting for the store; the read itself goes on for others who wait.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ValueTask<ApiKeyVerdict> VerifyAsync(ReadOnlySpan<char> secret, ApiKeyVerificationContext caller, CancellationToken cancellationToken = default)
    {
        var (settings, now) = (_settings.Current, _time.GetUtcNow().UtcTicks);
        var bytes = Read(settings, secret, stackalloc byte[SecretFormat.MaxLength]);
        var verdict = bytes.IsEmpty
            ? new(Malformed(settings, caller.Address, now, null))
            : VerifyUncountedAsync(settings, bytes, caller, now, null, cancellationToken);
        if (!verdict.IsCompletedSuccessfully)
        {
            return CountAsync(verdict, now);
        }

        var known = verdict.Result;
        _metrics.Verified(known.Outcome, now);
        return new(known);
    }

    /// <summary>The bytes to hash; none when the secret is malformed.</summary>
    /// <param name="settings">The options that the request began with.</param>
    /// <param name="secret">The whole token.</param>
    /// <param name="buffer">Room for <see cref="SecretFormat.MaxLength"/> bytes.</param>
    internal static ReadOnlySpan<byte> Read(CompiledApiKeyOptions settings, ReadOnlySpan<char> secret, Span<byte> buffer)
    {
        if (Ascii.FromUtf16(secret, buffer, out var length) == OperationStatus.Done && settings.Format.IsWellFormed(buffer[..length]))
        {
            return buffer[..length];
        }

        return IsLegacy(settings, secret) ? Encoding.UTF8.GetBytes(secret.ToArray()) : default;
    }

    /// <summary>Refuses a secret of which nothing can be read.</summary>
    /// <param name="settings">The options that it was read with.</param>
    /// <param name="address">Who sent it.</param>
    /// <param name="now">The time in ticks.</param>
    /// <param name="known">Where to keep what this very secret says; null: nowhere.</param>
    internal ApiKeyVerdict Malformed(CompiledApiKeyOptions settings, IPAddress? address, long now, SecretHashMemo? known)
    {
        known?.RememberMalformed(settings);
        _failures.Count(address, null, now);
        return new(ApiKeyOutcome.Malformed);
    }

    /// <summary>Verifies for somebody who has read the secret, knows the time and more of the outcome, and counts it.</summary>
    /// <param name="settings">The options that it was read with.</param>
    /// <param name="bytes">The secret.</param>
    /// <param name="caller">Who sent it.</param>
    /// <param name="now">The time in ticks.</param>
    /// <param name="known">Where to keep what this very secret says; null: nowhere.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    internal ValueTask<ApiKeyVerdict> VerifyUncountedAsync(
        CompiledApiKeyOptions settings, ReadOnlySpan<byte> bytes, in ApiKeyVerificationContext caller, long now, SecretHashMemo? known, CancellationToken cancellationToken)
    {
        var hasher = settings.Hasher;
        for (var way = 0; way < hasher.Ways; way++)
        {
            var hash = hasher.Hash(bytes, way);
            if (_lookup.Cached(hash, now) is { } live)
            {
                known?.Remember(settings, hash);
                return new(Admit(live, caller, now));
            }
        }

        var hashes = new ApiKeyHash[hasher.Ways];
        for (var way = 0; way < hashes.Length; way++)
        {
            hashes[way] = hasher.Hash(bytes, way);
        }

        return FindAndAdmitAsync(hashes, caller, now, cancellationToken);
    }

    /// <summary>Verifies a secret whose hash is known, unless it has to be looked up anew.</summary>
    internal bool TryVerifyKnown(CompiledApiKeyOptions settings, SecretHashMemo known, in ApiKeyVerificationContext caller, long now, out ApiKeyVerdict verdict)
    {
        if (known.TryGet(settings, out var hash) && _lookup.Cached(hash, now) is { } live)
        {
            verdict = Admit(live, caller, now);
            return true;
        }

        verdict = default;
        return false;
    }

    /// <summary>Evaluates a key that was admitted once more, as it is known now: its status and both allowlists. Takes no permit.</summary>
    /// <param name="live">The key as it was admitted.</param>
    /// <param name="address">The caller's address.</param>
    /// <param name="cancellationToken">Stops waiting for the store.</param>
    internal async ValueTask<ApiKeyVerdict> ReevaluateAsync(LiveKey live, IPAddress? address, CancellationToken cancellationToken)
    {
        if (_lookup.Cached(live.Hash, _time.GetUtcNow().UtcTicks) is { } cached)
        {
            return new(Standing(cached, address, _time.GetUtcNow().UtcTicks), cached);
        }

        var (outcome, found) = await _lookup.FindAsync([live.Hash], mayMiss: true, cancellationToken).ConfigureAwait(false);
        return outcome switch
        {
            LookupOutcome.Found => new(Standing(found!, address, _time.GetUtcNow().UtcTicks), found),
            LookupOutcome.NotFound => new(ApiKeyOutcome.Unknown),
            _ => new(ApiKeyOutcome.Unavailable),
        };
    }

    /// <summary>Whether a token is ours to judge: it begins like one of our secrets, or the host says that an older system made it.</summary>
    internal bool IsOurs(ReadOnlySpan<char> token)
    {
        var settings = _settings.Current;
        return settings.Format.IsOurs(token) || IsLegacy(settings, token);
    }

    private static bool IsLegacy(CompiledApiKeyOptions settings, ReadOnlySpan<char> token)
        => settings.Options.IsLegacySecret is { } isLegacy && token.Length is > 0 and <= MaxLegacyLength && isLegacy(token.ToString());

    private async ValueTask<ApiKeyVerdict> CountAsync(ValueTask<ApiKeyVerdict> verifying, long started)
    {
        var verdict = await verifying.ConfigureAwait(false);
        _metrics.Verified(verdict.Outcome, started);
        return verdict;
    }

    private async ValueTask<ApiKeyVerdict> FindAndAdmitAsync(ApiKeyHash[] hashes, ApiKeyVerificationContext caller, long now, CancellationToken cancellationToken)
    {
        var wait = _throttle.Wait(caller.Address);
        var (outcome, live) = await _lookup.FindAsync(hashes, mayMiss: wait == 0, cancellationToken).ConfigureAwait(false);
        switch (outcome)
        {
            case LookupOutcome.Found:
                return Admit(live!, caller, _time.GetUtcNow().UtcTicks);
            case LookupOutcome.NotFound:
                _throttle.CountFailure(caller.Address);
                _failures.Count(caller.Address, null, now);
                return new ApiKeyVerdict(ApiKeyOutcome.Unknown);
            case LookupOutcome.Refused:
                _failures.Count(caller.Address, null, now);
                return new ApiKeyVerdict(ApiKeyOutcome.ClientThrottled, limit: new RateLimitDecision { Wait = wait });
            default:
                return new ApiKeyVerdict(ApiKeyOutcome.Unavailable);
        }
    }

    /// <summary>Whether a key may be used from an address at a time, whatever its limits.</summary>
    private static ApiKeyOutcome Standing(LiveKey live, IPAddress? address, long now)
        => live.IsRevoked ? ApiKeyOutcome.Revoked
            : now >= live.ExpiresAt ? ApiKeyOutcome.Expired
            : live.WorkspaceAllowlist is { IsReportOnly: false } allowlist && !allowlist.Admits(address) ? ApiKeyOutcome.AddressNotAllowed
            : live.Networks is { } networks && !networks.Contains(address) ? ApiKeyOutcome.AddressNotAllowed
            : ApiKeyOutcome.Valid;

    private ApiKeyVerdict Admit(LiveKey live, in ApiKeyVerificationContext caller, long now)
    {
        if (live.IsRevoked)
        {
            _throttle.CountFailure(caller.Address);
            _failures.Count(caller.Address, live.Key, now);
            return new ApiKeyVerdict(ApiKeyOutcome.Revoked, live);
        }

        if (now >= live.ExpiresAt)
        {
            _failures.Count(caller.Address, live.Key, now);
            return new ApiKeyVerdict(ApiKeyOutcome.Expired, live);
        }

        var isOutside = live.WorkspaceAllowlist is { } allowlist && !allowlist.Admits(caller.Address);
        if ((isOutside && !live.WorkspaceAllowlist!.IsReportOnly) || (live.Networks is { } networks && !networks.Contains(caller.Address)))
        {
            _failures.Count(caller.Address, live.Key, now);
            return new ApiKeyVerdict(ApiKeyOutcome.AddressNotAllowed, live);
        }

        var limit = RateLimiter.Take(live.Limits, live.Buckets, Math.Max(1, caller.Cost), _clock.From(now));
        _limits.Look(live, limit, now);
        _metrics.Decided(limit.Admitted);
        if (limit.Admitted)
        {
            Volatile.Write(ref live.Use.At, now);
            if (isOutside)
            {
                _reports.Report(live.Key, caller.Address, now);
            }
        }

        return new ApiKeyVerdict(limit.Admitted ? ApiKeyOutcome.Valid : ApiKeyOutcome.RateLimited, live, limit);
    }
}
