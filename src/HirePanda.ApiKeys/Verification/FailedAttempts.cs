using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts refused credentials per client and per workspace whose key the client tried, and reports when there were too many
/// within a time. The table is local and bounded, and drops the oldest entry.
/// </summary>
internal sealed class FailedAttempts(ApiKeySettings settings, MonotonicClock clock) : IVerdictObserver
{
    private const int MaxClients = 10_000;

    private readonly Dictionary<(ClientPartition Client, string? Workspace), AttemptTimes> _attempts = [];
    private readonly Queue<(ClientPartition, string?)> _oldest = new();
    private readonly Lock _lock = new();

    /// <summary>The last client. In a flood it is most often the next one too.</summary>
    private (ClientPartition Client, string? Workspace) _lastWho;
    private AttemptTimes? _last;

    /// <summary>
    /// Occurs once for a client until it makes no attempt for the whole time, with the client, the key that it tried if that is
    /// known, the number of attempts, and the time.
    /// </summary>
    public event Action<string, ApiKey?, int, DateTimeOffset>? Reached;

    /// <inheritdoc/>
    public void Observe(in ApiKeyVerdict verdict, in ApiKeyVerificationContext context, long started)
    {
        if (verdict.Outcome is ApiKeyOutcome.Malformed or ApiKeyOutcome.Unknown or ApiKeyOutcome.ClientThrottled
            or ApiKeyOutcome.Revoked or ApiKeyOutcome.Disabled or ApiKeyOutcome.Expired or ApiKeyOutcome.AddressNotAllowed)
        {
            Count(context.Address, verdict.Key, started);
        }
    }

    /// <summary>Counts an attempt that verification does not see, such as a bearer token that no scheme accepts.</summary>
    /// <param name="address">The client's address, or null if it is unknown.</param>
    /// <param name="key">The refused key, or null if it is unknown.</param>
    /// <param name="now">The time in ticks.</param>
    public void Count(IPAddress? address, ApiKey? key, long now)
    {
        var options = settings.Current.Options;
        var client = ClientPartition.From(address);
        var reached = Reached;
        int count;
        lock (_lock)
        {
            var attempts = Get((client, key?.Workspace));
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

    private AttemptTimes Get((ClientPartition Client, string? Workspace) who)
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

    /// <summary>The times of one client's latest attempts, at most as many as the limit.</summary>
    private sealed class AttemptTimes
    {
        private readonly Queue<long> _times = new();
        private bool _isReported;

        /// <param name="now">The time in ticks, of a clock that never goes back.</param>
        /// <param name="window">The time within which attempts are counted together, in ticks.</param>
        /// <param name="limit">The number of attempts that is too many.</param>
        /// <param name="isHeard">Whether there is a listener. Without one nothing is reported.</param>
        /// <returns>The number of attempts within the time if they have just become too many, or 0.</returns>
        public int Add(long now, long window, int limit, bool isHeard)
        {
            while (_times.TryPeek(out var oldest) && (_times.Count >= limit || oldest <= now - window))
            {
                _times.Dequeue();
            }

            _isReported &= _times.Count > 0;
            _times.Enqueue(now);
            if (_isReported || !isHeard || _times.Count < limit)
            {
                return 0;
            }

            _isReported = true;
            return _times.Count;
        }
    }
}
