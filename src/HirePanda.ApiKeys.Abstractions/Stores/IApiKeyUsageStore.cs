namespace HirePanda.ApiKeys.Stores;

/// <summary>
/// Keeps counts of requests. Without it, usage is not counted. Rows are sums, so that a report reads few of them: there is one
/// row for each granularity, time, scope (one key or a whole workspace), dimension, and value.
/// </summary>
public interface IApiKeyUsageStore
{
    /// <summary>
    /// Adds a batch to the stored sums, all of it or nothing. A batch whose id is stored already changes nothing.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that represents the write.</returns>
    ValueTask SaveUsageAsync(ApiKeyUsageBatch batch, CancellationToken cancellationToken);

    /// <summary>Sums rows.</summary>
    /// <param name="query">Which rows to sum, and how to group them.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The sums, in any order.</returns>
    ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumUsageAsync(ApiKeyUsageQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Sums the rows of several queries together, and returns the values with the most requests. A workspace may have many
    /// thousands of keys, so a store that can sort and limit sums itself should implement this. The default implementation reads
    /// every sum.
    /// </summary>
    /// <param name="queries">
    /// Which rows to sum: parts of one range that differ in granularity, from, and to only.
    /// <see cref="ApiKeyUsageQuery.ByTime"/> is false.
    /// </param>
    /// <param name="limit">The largest number of sums to return, at least 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>One sum for each value, without time and latency bucket: most requests first, then by name (ordinal).</returns>
    async ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumTopUsageAsync(
        IReadOnlyList<ApiKeyUsageQuery> queries, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queries);
        var sums = new Dictionary<string, ApiKeyUsageAggregate>(StringComparer.Ordinal);
        foreach (var query in queries)
        {
            foreach (var sum in await SumUsageAsync(query, cancellationToken).ConfigureAwait(false))
            {
                var before = sums.GetValueOrDefault(sum.Name);
                sums[sum.Name] = new()
                {
                    Name = sum.Name,
                    Requests = before.Requests + sum.Requests,
                    Errors = before.Errors + sum.Errors,
                };
            }
        }

        return
        [
            .. sums.Values.OrderByDescending(sum => sum.Requests).ThenBy(sum => sum.Name, StringComparer.Ordinal).Take(limit),
        ];
    }

    /// <summary>
    /// Deletes old rows of a granularity. For minutes, it also deletes the ids of batches made before the time.
    /// </summary>
    /// <param name="granularity">The granularity.</param>
    /// <param name="before">The time. Rows that start earlier are deleted.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>A task that represents the write.</returns>
    ValueTask PruneUsageAsync(ApiKeyUsageGranularity granularity, DateTimeOffset before, CancellationToken cancellationToken);
}
