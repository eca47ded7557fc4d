using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts credentials that were refused, per client and the workspace whose key it tried, and says when there were too many in a time.
/// The table is local and bounded; it drops the oldest.
/// </summary>
internal sealed class FailedAttempts(ApiKeySettings settings, MonotonicClock clock) : IVerdictObserver
{
    private const int MaxClients = 10_000;

    private readonly Dictionary<(ClientPartition Client, string? Workspace), AttemptTimes> _attempts = [];
    private readonly Queue<(ClientPartition, string?)> _oldest = new();
    private readonly Lock _lock = new();

    /// <summary>Whoever came last: most often the one who comes next, in a flood above all.</summary>
    private (ClientPartition Client, string? Workspace) _lastWho;
    private AttemptTimes? _last;

    /// <summary>Raised once for a client, until it has kept quiet for the whole time: the client, the key it tried where that is known, how often, and when.</summary>
    public event Action<string, ApiKey?, int, DateTimeOffset>? Reached;

    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        if (verdict.Outcome is ApiKeyOutcome.Malformed or ApiKeyOutcome.Unknown or ApiKeyOutcome.ClientThrottled or ApiKeyOutcome.Revoked
            or ApiKeyOutcome.Disabled or ApiKeyOutcome.Expired or ApiKeyOutcome.AddressNotAllowed)
        {
            Count(context.Address, verdict.Key, started);
        }
    }

    /// <summary>Counts an attempt that verification does not see, such as a bearer token that no scheme accepts.</summary>
    /// <param name="address">Who made it; null: unknown.</param>
    /// <param name="key">The key that was refused; null: none that is known.</param>
    /// <param name="now">The time in ticks.</param>
    public void Count(IPAddress? address, ApiKey? key, long now)
    {
        var options = settings.Current.Options;
        var client = ClientPartition.From(address);
        var reached = Reached;
        int count;
        lock (_lock)
        {
            var attempts = Of((client, key?.Workspace));
            count = attempts.Add(
                clock.From(now),
                options.FailedAttempts.AlertWindow.Ticks,
                options.FailedAttempts.AlertThreshold,
                isHeard: reached is not null);
        }

        if (count > 0)
        {
            reached!(client.ToString(), key, count, new DateTimeOffset(now, TimeSpan.Zero));
        }
    }

    private AttemptTimes Of((ClientPartition Client, string? Workspace) who)
    {
        if (_last is { } last && who.Client == _lastWho.Client && who.Workspace == _lastWho.Workspace)
        {
            return last;
        }

        if (!_attempts.TryGetValue(who, out var attempts))
        {
            if (_attempts.Count == MaxClients)
            {
                _attempts.Remove(_oldest.Dequeue());
            }

            _oldest.Enqueue(who);
            _attempts.Add(who, attempts = new AttemptTimes());
        }

        (_lastWho, _last) = (who, attempts);
        return attempts;
    }

    /// <summary>The times of one client's attempts, as many as it takes.</summary>
    private sealed class AttemptTimes
    {
        private readonly Queue<long> _times = new();
        private bool _isSaid;

        /// <param name="now">The time in ticks, of a clock that never goes back.</param>
        /// <param name="window">The time within which attempts count together, in ticks.</param>
        /// <param name="limit">How many are too many.</param>
        /// <param name="isHeard">Whether anybody hears of it; what nobody hears is not said.</param>
        /// <returns>How many there were within the time, when they have just become too many; else 0.</returns>
        public int Add(long now, long window, int limit, bool isHeard)
        {
            while (_times.TryPeek(out var oldest) && (_times.Count >= limit || oldest <= now - window))
            {
                _times.Dequeue();
            }

            _isSaid &= _times.Count > 0;
            _times.Enqueue(now);
            if (_isSaid || !isHeard || _times.Count < limit)
            {
                return 0;
            }

            _isSaid = true;
            return _times.Count;
        }
    }
}
