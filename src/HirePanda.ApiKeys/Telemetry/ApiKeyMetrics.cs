using System.Diagnostics.Metrics;

namespace HirePanda.ApiKeys;

/// <summary>
/// The meter <c>HirePanda.ApiKeys</c>. No tag ever names a key. What every request adds to is a <see cref="StripedCounter"/>,
/// which a listener reads when it wants to; the rest are plain instruments.
/// </summary>
internal sealed class ApiKeyMetrics
{
    private const string Prefix = "hirepanda.api_keys.";
    private const string Result = Prefix + "result";

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly StripedCounter[] _verifications;
    private readonly StripedCounter[] _lookups;
    private readonly StripedCounter[] _decisions;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _readDuration;
    private readonly Histogram<double> _invalidationLatency;
    private readonly Counter<long> _reads;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _reported;

    public ApiKeyMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(ApiKeyDefaults.MeterName);
        _verifications = Tallies(
            "verifications", "{request}", "Credentials that were verified, by outcome.", OutcomeNames.Tag, OutcomeNames.All);
        _lookups = Tallies(
            "cache.lookups", "{lookup}", "What the cache knew of a secret.", Result, "hit", "miss", "stale", "negative");
        _decisions = Tallies(
            "rate_limit.decisions",
            "{request}",
            "What the rate limits of keys decided.",
            Prefix + "decision",
            "admitted",
            "refused");
        _duration = Seconds(
            "verification.duration",
            "How long it took to verify a credential, events of the host's included.",
            [0.000001, 0.000005, 0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]);
        _reads = _meter.CreateCounter<long>(
            Prefix + "store.reads", "{read}", "Reads of the store for keys that the cache could not answer for.");
        _readDuration = Seconds(
            "store.read.duration",
            "How long a read of the store took.",
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);
        _invalidationLatency = Seconds(
            "invalidation.latency",
            "How long after a change was stored this process forgot what it had cached.",
            [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]);
        _failures = _meter.CreateCounter<long>(
            Prefix + "failed_attempts", "{attempt}", "Secrets of right shape that no key has, or a revoked one.");
        _reported = _meter.CreateCounter<long>(
            Prefix + "allowlist.reported", "{request}", "Requests that a report-only IP allowlist would have refused.");

        // Every limit belongs to this process: none falls back from a shared one.
        _meter.CreateObservableCounter(
            Prefix + "rate_limit.fallbacks",
            static () => 0L,
            "{request}",
            "Requests that a limit of this process decided since the shared one could not be asked.");
    }

    /// <summary>Counts a verification.</summary>
    /// <param name="outcome">How it went.</param>
    /// <param name="begunAt">
    /// When it began, in ticks; the clock is read again only where somebody wants to know how long it took.
    /// </param>
    public void Verified(ApiKeyOutcome outcome, long begunAt)
    {
        _verifications[(int)outcome].Add();
        if (_duration.Enabled)
        {
            var ticks = Math.Max(0, _time.GetUtcNow().UtcTicks - begunAt);
            _duration.Record(
                TimeSpan.FromTicks(ticks).TotalSeconds, KeyValuePair.Create(
                    OutcomeNames.Tag, (object?)OutcomeNames.Get(outcome)));
        }
    }

    public void LookedUp(CacheResult result) => _lookups[(int)result].Add();

    public void Decided(bool admitted) => _decisions[admitted ? 0 : 1].Add();

    public long StartRead() => _time.GetTimestamp();

    public void Read(bool isOk, long started)
    {
        var result = KeyValuePair.Create(Result, (object?)(isOk ? "ok" : "failed"));
        _reads.Add(1, result);
        _readDuration.Record(_time.GetElapsedTime(started).TotalSeconds, result);
    }

    public void Failed() => _failures.Add(1);

    public void Reported() => _reported.Add(1);

    /// <summary>Clocks of two machines differ: what seems to have been forgotten before it changed took no time.</summary>
    public void Invalidated(TimeSpan latency) => _invalidationLatency.Record(Math.Max(0, latency.TotalSeconds));

    /// <summary>Says where to read how many keys are cached.</summary>
    public void ObserveKeys(Func<long> count)
        => _meter.CreateObservableUpDownCounter(Prefix + "active_keys", count, "{key}", "Keys in the cache of this process.");

    private Histogram<double> Seconds(string name, string description, double[] bounds) => _meter.CreateHistogram(
        Prefix + name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private StripedCounter[] Tallies(string name, string unit, string description, string tag, params string[] values)
    {
        StripedCounter[] tallies = [.. values.Select(_ => new StripedCounter())];
        _meter.CreateObservableCounter(
            Prefix + name,
            () => tallies.Zip(
                values, (tally, value) => new Measurement<long>(tally.Sum, KeyValuePair.Create(tag, (object?)value))),
            unit,
            description);
        return tallies;
    }
}

/// <summary>What the cache knew of a secret.</summary>
internal enum CacheResult
{
    /// <summary>A key, still fresh.</summary>
    Hit,

    /// <summary>Nothing that answers now: the store is asked.</summary>
    Miss,

    /// <summary>A key that is no longer fresh, since the store cannot say anything newer.</summary>
    Stale,

    /// <summary>That there is no key.</summary>
    Negative,
}
