using System.Collections.Concurrent;

namespace HirePanda.ApiKeys.Tests;

internal sealed partial class TestStore : IApiKeyUsageStore
{
    private int _usageBatches;

    public int UsageBatches => Volatile.Read(ref _usageBatches);

    /// <summary>Runs before usage is stored.</summary>
    public Action BeforeUsage { get; set; } = () => { };

    /// <summary>Runs after usage is stored, before the call returns.</summary>
    public Action AfterUsage { get; set; } = () => { };

    /// <summary>Gets the number of requested sums of every call for the top sums.</summary>
    public ConcurrentQueue<int> TopLimits { get; } = new();

    /// <summary>Runs before usage is read.</summary>
    public Action BeforeSum { get; set; } = () => { };

    public async ValueTask SaveUsageAsync(ApiKeyUsageBatch batch, CancellationToken cancellationToken)
    {
        BeforeUsage();
        await _inner.SaveUsageAsync(batch, cancellationToken);
        Interlocked.Increment(ref _usageBatches);
        AfterUsage();
    }

    public ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumUsageAsync(
        ApiKeyUsageQuery query, CancellationToken cancellationToken)
    {
        BeforeSum();
        return _inner.SumUsageAsync(query, cancellationToken);
    }

    public ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumTopUsageAsync(
        IReadOnlyList<ApiKeyUsageQuery> queries, int limit, CancellationToken cancellationToken)
    {
        BeforeSum();
        TopLimits.Enqueue(limit);
        return ((IApiKeyUsageStore)_inner).SumTopUsageAsync(queries, limit, cancellationToken);
    }

    public ValueTask PruneUsageAsync(ApiKeyUsageGranularity level, DateTimeOffset before, CancellationToken cancellationToken)
        => _inner.PruneUsageAsync(level, before, cancellationToken);
}
