using System.Diagnostics.Metrics;

namespace HirePanda.ApiKeys;

/// <summary>The metrics of storing usage.</summary>
internal sealed class UsageMetrics
{
    private const string Result = "hirepanda.api_keys.result";

    private readonly TimeProvider _time;
    private long _waitingSince;
    private long _flushed;
    private long _failed;

    public UsageMetrics(IMeterFactory meters, UsageBudget budget, UsagePending pending, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(ApiKeyDefaults.MeterName);
        meter.CreateObservableCounter(
            "hirepanda.api_keys.usage.flushes", Flushes, "{flush}", "The number of attempts to store a batch of usage.");
        meter.CreateObservableGauge(
            "hirepanda.api_keys.usage.lag",
            () => Lag,
            "s",
            "The time that usage has been waiting for the store, or 0 if none waits.");
        meter.CreateObservableCounter(
            "hirepanda.api_keys.usage.overflowed",
            () => budget.Overflows + pending.Overflows,
            "{request}",
            "The number of requests counted in an \"other\" row because the limit of rows was reached.");
        meter.CreateObservableCounter(
            "hirepanda.api_keys.usage.dropped",
            () => pending.Dropped,
            "{request}",
            "The number of requests whose usage was dropped because the backlog was full during a store outage.");
    }

    /// <summary>Gets the number of seconds that usage has been waiting for the store, or 0 if none waits.</summary>
    public double Lag => Volatile.Read(ref _waitingSince) is not 0 and var since
        ? TimeSpan.FromTicks(Math.Max(0, _time.GetUtcNow().UtcTicks - since)).TotalSeconds
        : 0;

    /// <summary>Records that usage waits for the store, unless usage was already waiting.</summary>
    public void StartWaiting() => Interlocked.CompareExchange(ref _waitingSince, _time.GetUtcNow().UtcTicks, 0);

    /// <summary>Counts a batch that was stored.</summary>
    public void CountFlush() => Interlocked.Increment(ref _flushed);

    /// <summary>Records that no usage waits for the store.</summary>
    public void StopWaiting() => Volatile.Write(ref _waitingSince, 0);

    /// <summary>Counts a batch that could not be stored.</summary>
    public void CountFailure() => Interlocked.Increment(ref _failed);

    private IEnumerable<Measurement<long>> Flushes() =>
    [
        new(Volatile.Read(ref _flushed), KeyValuePair.Create(Result, (object?)"ok")),
        new(Volatile.Read(ref _failed), KeyValuePair.Create(Result, (object?)"failed")),
    ];
}
