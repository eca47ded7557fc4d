using System.Net;

namespace HirePanda.ApiKeys;

/// <summary>
/// Counts refused credentials for each client and each workspace whose key the client tried, and reports too many attempts within
/// <see cref="ApiKeyFailedAttemptsOptions.AlertWindow"/>. The table is local and bounded, and drops the oldest entry. A package
/// can count the attempts of all processes together.
/// </summary>
internal sealed class FailedAttempts(ApiKeySettings settings, MonotonicClock clock) : IVerdictObserver
{
    private const int MaxClients = 10_000;

    private readonly Dictionary<(ClientPartition Client, string? Workspace), AttemptTimes> _attempts = [];
    private readonly Queue<(ClientPartition, string?)> _oldest = new();
    private readonly Lock _lock = new();

    /// <summary>The last client and workspace. In a flood, the next attempt often comes from the same client.</summary>
    private (ClientPartition Client, string? Workspace) _lastSource;
    private AttemptTimes? _last;

    /// <summary>
    /// Occurs for each attempt, with the client, the key that it tried or null if that is unknown, and the time.
    /// </summary>
    public event Action<ClientPartition, ApiKey?, long>? Counted;

    /// <summary>
    /// Occurs with the client, the key that it tried or null if that is unknown, the number of attempts, and the time. It occurs
    /// again for the same client only after a whole window without attempts.
    /// </summary>
    public event Action<string, ApiKey?, int, DateTimeOffset>? Reached;

    /// <summary>
    /// Gets or sets a value that indicates whether a listener of <see cref="Counted"/> counts the attempts of all processes. This
    /// object then reports none by itself. The default is false.
    /// </summary>
    public bool IsCountedTogether { get; set; }

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
        Counted?.Invoke(client, key, now);
        var reached = IsCountedTogether ? null : Reached;
        int count;
        lock (_lock)
        {
            var attempts = Get((client, key?.Workspace));
            count = attempts.Add(
                clock.From(now),
                options.FailedAttempts.AlertWindow.Ticks,
                options.FailedAttempts.AlertThreshold,
                hasListener: reached is not null);
        }

        if (count > 0)
        {
            Report(client, key, count, now);
        }
    }

    /// <summary>Reports a client that made too many attempts.</summary>
    public void Report(ClientPartition client, ApiKey? key, int attempts, long now)
        => Reached?.Invoke(client.ToString(), key, attempts, new DateTimeOffset(now, TimeSpan.Zero));

    private AttemptTimes Get((ClientPartition Client, string? Workspace) source)
    {
        if (_last is { } last && source.Client == _lastSource.Client && source.Workspace == _lastSource.Workspace)
        {
            return last;
        }

        if (!_attempts.TryGetValue(source, out var attempts))
        {
            if (_attempts.Count == MaxClients)
            {
                _attempts.Remove(_oldest.Dequeue());
            }

            _oldest.Enqueue(source);
            _attempts.Add(source, attempts = new AttemptTimes());
        }

        (_lastSource, _last) = (source, attempts);
        return attempts;
    }

    /// <summary>The times of one client's latest attempts. The limit is also the maximum number of times.</summary>
    private sealed class AttemptTimes
    {
        private readonly Queue<long> _times = new();
        private bool _isReported;

        /// <summary>Adds an attempt.</summary>
        /// <param name="now">The time in ticks, of a clock that never goes back.</param>
        /// <param name="window">The time within which attempts are counted together, in ticks.</param>
        /// <param name="limit">The number of attempts that is too many.</param>
        /// <param name="hasListener">True if there is a listener. Without a listener nothing is reported.</param>
        /// <returns>The number of attempts within the window if it has just reached the limit, or 0.</returns>
        public int Add(long now, long window, int limit, bool hasListener)
        {
            while (_times.TryPeek(out var oldest) && (_times.Count >= limit || oldest <= now - window))
            {
                _times.Dequeue();
            }

            _isReported &= _times.Count > 0;
            _times.Enqueue(now);
            if (_isReported || !hasListener || _times.Count < limit)
            {
                return 0;
            }

            _isReported = true;
            return _times.Count;
        }
    }
}
