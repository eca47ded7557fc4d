using System.Runtime.InteropServices;

namespace HirePanda.ApiKeys;

/// <content>Stores usage.</content>
internal sealed partial class InMemoryApiKeyStore : IApiKeyUsageStore
{
    /// <summary>The rows by the properties that a query specifies, so that a query does not read all rows.</summary>
    private readonly Dictionary<
        (string Workspace, string KeyId, ApiKeyUsageGranularity Granularity, ApiKeyUsageDimension Dimension),
        Dictionary<ApiKeyUsageSlot, ApiKeyUsageRow>> _usage = [];

    private readonly Dictionary<string, DateTimeOffset> _usageBatches = new(StringComparer.Ordinal);

    public ValueTask SaveUsageAsync(ApiKeyUsageBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_lock)
        {
            if (_usageBatches.TryAdd(batch.Id, batch.At))
            {
                foreach (var row in batch.Rows)
                {
                    var slot = row.Slot;
                    ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(
                        _usage, (slot.Workspace, slot.KeyId, slot.Granularity, slot.Dimension), out _);
                    ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(rows ??= [], slot, out _);
                    sum = row with { Requests = sum.Requests + row.Requests, Errors = sum.Errors + row.Errors };
                }
            }
        }

        return default;
    }

    public ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumUsageAsync(
        ApiKeyUsageQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        lock (_lock)
        {
            return new(_usage.TryGetValue((query.Workspace, query.KeyId, query.Granularity, query.Dimension), out var rows)
                ? rows.Values.Where(row => row.Slot.At >= query.From && row.Slot.At < query.To)
                    .GroupBy(row => query.ByTime
                        ? (row.Slot.At, row.Slot.Name, Bucket: 0)
                        : (At: default, row.Slot.Name, row.Slot.LatencyBucket))
                    .Select(group => new ApiKeyUsageAggregate
                    {
                        At = group.Key.At,
                        Name = group.Key.Name,
                        LatencyBucket = group.Key.Bucket,
                        Requests = group.Sum(row => row.Requests),
                        Errors = group.Sum(row => row.Errors),
                    })
                    .ToList()
                : []);
        }
    }

    public ValueTask PruneUsageAsync(
        ApiKeyUsageGranularity granularity, DateTimeOffset before, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var (_, rows) in _usage.Where(rows => rows.Key.Granularity == granularity))
            {
                foreach (var slot in rows.Keys.Where(slot => slot.At < before).ToList())
                {
                    rows.Remove(slot);
                }
            }

            if (granularity == ApiKeyUsageGranularity.Minute)
            {
                foreach (var (id, _) in _usageBatches.Where(batch => batch.Value < before).ToList())
                {
                    _usageBatches.Remove(id);
                }
            }
        }

        return default;
    }
}
