using System.Diagnostics.Metrics;

namespace HirePanda.ApiKeys;

/// <summary>How the storing of usage goes.</summary>
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
        meter.CreateObservableCounter("hirepanda.api_keys.usage.flushes", Flushes, "{flush}", "Attempts to store a batch of usage.");
        meter.CreateObservableGauge("hirepanda.api_keys.usage.lag", Lag, "s", "For how long usage has been waiting for the store; 0 when none is.");
        meter.CreateObservableCounter(
            "hirepanda.api_keys.usage.overflowed", () => budget.Overflows + pending.Overflows, "{request}", "Requests counted in an \"other\" row for want of room.");
        meter.CreateObservableCounter(
            "hirepanda.api_keys.usage.dropped", () => pending.Dropped, "{request}", "Requests whose usage was lost for want of room while the store was away.");
    }

    /// <summary>Something waits for the store from here on, if nothing did.</summary>
    public void Waits() => Interlocked.CompareExchange(ref _waitingSince, _time.GetUtcNow().UtcTicks, 0);

    /// <summary>A batch was stored.</summary>
    public void Flushed() => Interlocked.Increment(ref _flushed);

    /// <summary>Nothing waits any more.</summary>
    public void WaitsNoMore() => Volatile.Write(ref _waitingSince, 0);

    public void Failed() => Interlocked.Increment(ref _failed);

    private IEnumerable<Measurement<long>> Flushes() =>
    [
        new(Volatile.Read(ref _flushed), KeyValuePair.Create(Result, (object?)"ok")),
        new(Volatile.Read(ref _failed), KeyValuePair.Create(Result, (object?)"failed")),
    ];

    private double Lag() => Volatile.Read(ref _waitingSince) is not 0 and var since
        ? TimeSpan.FromTicks(Math.Max(0, _time.GetUtcNow().UtcTicks - since)).TotalSeconds
        : 0;
}
