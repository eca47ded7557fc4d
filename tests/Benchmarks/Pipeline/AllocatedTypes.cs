using System.Diagnostics.Tracing;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>Collects the types that a process allocates, from the runtime's random allocation samples.</summary>
internal sealed class AllocatedTypes : EventListener
{
    /// <summary>The runtime's keyword, and the average number of bytes between samples.</summary>
    private const EventKeywords AllocationSampling = (EventKeywords)0x80000000000;
    private const int SamplingDistance = 102_400;
    private const int TypeName = 3;

    private readonly Dictionary<string, long> _samples = new(StringComparer.Ordinal);

    /// <summary>Gets each type's share of all sampled bytes, largest first.</summary>
    public IReadOnlyList<(string Type, double Share)> Shares()
    {
        lock (_samples)
        {
            var sum = (double)_samples.Values.Sum();
            return [.. _samples.Select(sample => (sample.Key, sample.Value / sum)).OrderByDescending(share => share.Item2)];
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "Microsoft-Windows-DotNETRuntime")
        {
            EnableEvents(eventSource, EventLevel.Informational, AllocationSampling);
        }
    }

    /// <summary>Counts a sample. Every sample stands for the same number of bytes, regardless of the object's size.</summary>
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
