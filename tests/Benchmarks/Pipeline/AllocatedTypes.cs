using System.Diagnostics.Tracing;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Which types the bytes of a process went into, by the runtime's own random samples of allocations.</summary>
internal sealed class AllocatedTypes : EventListener
{
    /// <summary>The runtime's keyword and mean distance of samples.</summary>
    private const EventKeywords AllocationSampling = (EventKeywords)0x80000000000;
    private const int SamplingDistance = 102_400;
    private const int TypeName = 3;

    private readonly Dictionary<string, long> _samples = new(StringComparer.Ordinal);

    /// <summary>The share of all sampled bytes that went into each type, the largest first.</summary>
    public IReadOnlyList<(string Type, double Share)> Shares()
    {
        lock (_samples)
        {
            var sum = (double)_samples.Values.Sum();
            return [.. _samples.Select(one => (one.Key, one.Value / sum)).OrderByDescending(one => one.Item2)];
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Informational, AllocationSampling);
        }
    }

    /// <summary>A large object is no likelier to be counted than its bytes are: each sample stands for the same number of bytes.</summary>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventName == "AllocationSampled" && eventData.Payload?[TypeName] is string { Length: > 0 } type)
        {
            lock (_samples)
            {
                _samples[type] = _samples.GetValueOrDefault(type) + SamplingDistance;
            }
        }
    }
}
