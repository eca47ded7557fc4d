using System.Diagnostics.Metrics;

namespace HirePanda.ApiKeys;

/// <summary>
/// The meter <c>HirePanda.ApiKeys</c>. Its tags never contain the id of a key. A count that every request adds to is a
/// <see cref="StripedCounter"/> behind an observable instrument.
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
    private readonly StripedCounter _fallbacks = new();
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
        _verifications = CreateCounters(
            "verifications", "{request}", "Credentials that were verified, by outcome.", OutcomeNames.Tag, OutcomeNames.All);
        _lookups = CreateCounters(
            "cache.lookups", "{lookup}", "Lookups of keys in the cache, by result.", Result, "hit", "miss", "stale", "negative");
        _decisions = CreateCounters(
            "rate_limit.decisions",
            "{request}",
            "Requests that the rate limits of keys decided about, by decision.",
            Prefix + "decision",
            "admitted",
            "refused");
        _duration = CreateHistogram(
            "verification.duration",
            "The duration of verifying a credential, including event handlers of the host.",
            [0.000001, 0.000005, 0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]);
        _reads = _meter.CreateCounter<long>(
            Prefix + "store.reads", "{read}", "Reads of the store for keys that the cache could not serve.");
        _readDuration = CreateHistogram(
            "store.read.duration",
            "The duration of a read of the store.",
            [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);
        _invalidationLatency = CreateHistogram(
            "invalidation.latency",
            "The time from the storing of a change until this process removed the key from its cache.",
            [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]);
        _failures = _meter.CreateCounter<long>(
            Prefix + "failed_attempts", "{attempt}", "Well-formed secrets that are unknown, revoked, or disabled.");
        _reported = _meter.CreateCounter<long>(
            Prefix + "allowlist.reported", "{request}", "Requests that a report-only IP allowlist would have refused.");

        _meter.CreateObservableCounter(
            Prefix + "rate_limit.fallbacks",
            () => _fallbacks.Sum,
            "{request}",
            "Requests that were decided without the shared limits because these were unavailable.");
    }

    /// <summary>Counts a verification. The clock is read only if a listener records durations.</summary>
    /// <param name="outcome">The outcome of the verification.</param>
    /// <param name="startedAt">The time at which the verification started, in ticks.</param>
    public void CountVerification(ApiKeyOutcome outcome, long startedAt)
    {
        _verifications[(int)outcome].Add();
        if (_duration.Enabled)
        {
            var ticks = Math.Max(0, _time.GetUtcNow().UtcTicks - startedAt);
            _duration.Record(
                TimeSpan.FromTicks(ticks).TotalSeconds, KeyValuePair.Create(
                    OutcomeNames.Tag, (object?)OutcomeNames.Get(outcome)));
        }
    }

    public void CountLookup(CacheResult result) => _lookups[(int)result].Add();

    public void CountDecision(bool admitted) => _decisions[admitted ? 0 : 1].Add();

    /// <summary>Counts a request that was decided without the shared limits.</summary>
    public void CountFallback() => _fallbacks.Add();

    public long StartRead() => _time.GetTimestamp();

    public void RecordRead(bool isOk, long started)
    {
        var result = KeyValuePair.Create(Result, (object?)(isOk ? "ok" : "failed"));
        _reads.Add(1, result);
        _readDuration.Record(_time.GetElapsedTime(started).TotalSeconds, result);
    }

    public void CountFailedAttempt() => _failures.Add(1);

    public void CountReported() => _reported.Add(1);

    /// <summary>
    /// Records the latency of an invalidation. A negative latency counts as 0, because the clocks of two machines can differ.
    /// </summary>
    public void RecordInvalidation(TimeSpan latency) => _invalidationLatency.Record(Math.Max(0, latency.TotalSeconds));

    /// <summary>Registers the delegate that returns the number of cached keys.</summary>
    public void ObserveKeys(Func<long> count)
        => _meter.CreateObservableUpDownCounter(Prefix + "active_keys", count, "{key}", "Keys in the cache of this process.");

    private Histogram<double> CreateHistogram(string name, string description, double[] bounds) => _meter.CreateHistogram(
        Prefix + name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });

    private StripedCounter[] CreateCounters(string name, string unit, string description, string tag, params string[] values)
    {
        StripedCounter[] counters = [.. values.Select(_ => new StripedCounter())];
        _meter.CreateObservableCounter(
            Prefix + name,
            () => counters.Zip(
                values, (counter, value) => new Measurement<long>(counter.Sum, KeyValuePair.Create(tag, (object?)value))),
            unit,
            description);
        return counters;
    }
}

/// <summary>Specifies the result of looking up a secret in the cache.</summary>
internal enum CacheResult
{
    /// <summary>The cache has the key, and it is fresh.</summary>
    Hit,

    /// <summary>The cache has no usable entry, so the store is read.</summary>
    Miss,

    /// <summary>The cache has the key. It is no longer fresh, but the store cannot answer.</summary>
    Stale,

    /// <summary>The cache knows that no key has the secret.</summary>
    Negative,
}
