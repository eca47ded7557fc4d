using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <content>Usage.</content>
public sealed partial class InMemoryApiKeyStore : IApiKeyUsageStore
{
    /// <summary>The rows by what a query names, so that it does not walk through all of them.</summary>
    private readonly Dictionary<(string Workspace, string KeyId, ApiKeyUsageGranularity Level, ApiKeyUsageDimension Dimension), Dictionary<ApiKeyUsageSlot, ApiKeyUsageRow>> _usage = [];

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
                    var (slot, requests, errors) = row;
                    var rows = CollectionsMarshal.GetValueRefOrAddDefault(_usage, (slot.Workspace, slot.KeyId, slot.Level, slot.Dimension), out _) ??= [];
                    ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(rows, slot, out _);
                    sum = new ApiKeyUsageRow(slot, sum.Requests + requests, sum.Errors + errors);
                }
            }
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumUsageAsync(ApiKeyUsageQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_lock)
        {
            return new(_usage.TryGetValue((query.Workspace, query.KeyId, query.Level, query.Dimension), out var rows)
                ? rows.Values.Where(row => row.Slot.At >= query.From && row.Slot.At < query.To)
                    .GroupBy(row => query.ByTime ? (row.Slot.At, row.Slot.Name, Bucket: 0) : (At: default, row.Slot.Name, row.Slot.LatencyBucket))
                    .Select(group => new ApiKeyUsageAggregate(
                        group.Key.At, group.Key.Name, group.Key.Bucket, group.Sum(row => row.Requests), group.Sum(row => row.Errors)))
                    .ToList()
                : []);
        }
    }

    /// <inheritdoc/>
    public ValueTask PruneUsageAsync(ApiKeyUsageGranularity level, DateTimeOffset before, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var (_, rows) in _usage.Where(rows => rows.Key.Level == level))
            {
                foreach (var slot in rows.Keys.Where(slot => slot.At < before).ToList())
                {
                    rows.Remove(slot);
                }
            }

            foreach (var (id, _) in _usageBatches.Where(batch => level == ApiKeyUsageGranularity.Minute && batch.Value < before).ToList())
            {
                _usageBatches.Remove(id);
            }
        }

        return default;
    }
}
