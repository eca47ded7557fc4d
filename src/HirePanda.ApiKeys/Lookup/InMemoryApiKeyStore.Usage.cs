using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <content>Usage.</content>
public sealed partial class InMemoryApiKeyStore : IApiKeyUsageStore
{
    private readonly Dictionary<ApiKeyUsageSlot, ApiKeyUsageRow> _usage = [];
    private readonly Dictionary<string, DateTimeOffset> _usageBatches = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask SaveUsageAsync(ApiKeyUsageBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_lock)
        {
            if (_usageBatches.TryAdd(batch.Id, batch.At))
            {
                foreach (var row in batch.Rows)
                {
                    ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_usage, row.Slot, out _);
                    sum = new ApiKeyUsageRow(row.Slot, sum.Requests + row.Requests, sum.Errors + row.Errors);
                }
            }
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ApiKeyUsageSum>> SumUsageAsync(ApiKeyUsageQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_lock)
        {
            return new(_usage.Values
                .Where(row => row.Slot.Workspace == query.Workspace && row.Slot.KeyId == query.KeyId
                    && row.Slot.Level == query.Level && row.Slot.Dimension == query.Dimension
                    && row.Slot.At >= query.From && row.Slot.At < query.To)
                .GroupBy(row => query.ByTime ? (row.Slot.At, row.Slot.Name, 0) : (default, row.Slot.Name, row.Slot.LatencyBucket))
                .Select(group => new ApiKeyUsageSum(group.Key.Item1, group.Key.Name, group.Key.Item3, group.Sum(row => row.Requests), group.Sum(row => row.Errors)))
                .ToList());
        }
    }

    /// <inheritdoc/>
    public ValueTask PruneUsageAsync(ApiKeyUsageLevel level, DateTimeOffset before, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var slot in _usage.Keys.Where(slot => slot.Level == level && slot.At < before).ToList())
            {
                _usage.Remove(slot);
            }

            foreach (var (id, _) in _usageBatches.Where(batch => level == ApiKeyUsageLevel.Minute && batch.Value < before).ToList())
            {
                _usageBatches.Remove(id);
            }
        }

        return default;
    }
}
