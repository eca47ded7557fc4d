namespace HirePanda.ApiKeys;

/// <summary>
/// Keeps counts of requests. A store implements it next to <see cref="IApiKeyManagementStore"/>; without it usage is not kept. Rows are
/// sums already, so that a report reads few of them: one row per level, time, scope (one key, or a whole workspace), dimension and value.
/// </summary>
public interface IApiKeyUsageStore
{
    /// <summary>Adds a batch to what is stored, all of it or nothing; a batch whose id was stored before changes nothing.</summary>
    /// <param name="batch">The rows to add.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    ValueTask SaveUsageAsync(ApiKeyUsageBatch batch, CancellationToken cancellationToken);

    /// <summary>Sums rows.</summary>
    /// <param name="query">Which rows, and what to tell apart.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> SumUsageAsync(ApiKeyUsageQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Sums the rows of several queries together, and returns the values with the most requests. A workspace may have many
    /// thousand keys, so a store that can sort and limit sums itself implements this. The default reads every sum and keeps the
    /// highest.
    /// </summary>
    /// <param name="queries">
    /// Which rows: parts of one range, which differ in level, from and to alone. <see cref="ApiKeyUsageQuery.ByTime"/> is false.
    /// </param>
    /// <param name="limit">The largest number of sums to return, at least 1.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>
    /// One sum for each value, most requests first, then by name. Neither times nor latency buckets are told apart.
    /// </returns>
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
                sums[sum.Name] = new(default, sum.Name, 0, before.Requests + sum.Requests, before.Errors + sum.Errors);
            }
        }

        return [.. sums.Values.OrderByDescending(sum => sum.Requests).ThenBy(sum => sum.Name, StringComparer.Ordinal).Take(limit)];
    }

    /// <summary>Deletes rows of a level that begin before a time, and for minutes also the ids of batches stored before it.</summary>
    /// <param name="level">The level.</param>
    /// <param name="before">The time.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    ValueTask PruneUsageAsync(ApiKeyUsageGranularity level, DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>How long the time is that one row of usage covers; every request is counted on each level.</summary>
public enum ApiKeyUsageGranularity
{
    /// <summary>One minute.</summary>
    Minute,

    /// <summary>One hour.</summary>
    Hour,

    /// <summary>One day, UTC.</summary>
    Day,
}

/// <summary>What a row of usage tells apart; every request is counted once in each.</summary>
public enum ApiKeyUsageDimension
{
    /// <summary>The status code: <c>200</c>.</summary>
    Status,

    /// <summary>Method and route pattern, <c>GET /jobs/{id}</c>, and the latency bucket.</summary>
    Endpoint,

    /// <summary>The client's country, ISO 3166-1 alpha-2, or <c>unknown</c>.</summary>
    Country,

    /// <summary>The key's id; only in the scope of a whole workspace.</summary>
    Key,
}

/// <summary>Rows to add at once.</summary>
/// <param name="Id">Unique; the same when the batch is tried again.</param>
/// <param name="At">When the batch was made.</param>
/// <param name="Rows">The rows, none twice.</param>
public sealed record ApiKeyUsageBatch(string Id, DateTimeOffset At, IReadOnlyList<ApiKeyUsageRow> Rows);

/// <summary>A count of requests.</summary>
/// <param name="Slot">What they have in common.</param>
/// <param name="Requests">How many there were.</param>
/// <param name="Errors">How many of them had a status of 400 or more.</param>
public readonly record struct ApiKeyUsageRow(ApiKeyUsageSlot Slot, long Requests, long Errors);

/// <summary>What the requests of one row have in common, and what no other row has.</summary>
/// <param name="Workspace">The workspace.</param>
/// <param name="KeyId">The key; empty: all keys of the workspace.</param>
/// <param name="Level">How long a time the row covers.</param>
/// <param name="At">Where that time begins.</param>
/// <param name="Dimension">What is told apart.</param>
/// <param name="Name">The value of the dimension.</param>
/// <param name="LatencyBucket">1 to 255, see <see cref="ApiKeyLatency"/>; 0: not measured, or not told apart.</param>
public readonly record struct ApiKeyUsageSlot(
    string Workspace, string KeyId, ApiKeyUsageGranularity Level, DateTimeOffset At, ApiKeyUsageDimension Dimension, string Name, int LatencyBucket);

/// <summary>Which rows of usage to sum.</summary>
public sealed record ApiKeyUsageQuery
{
    /// <summary>The workspace.</summary>
    public required string Workspace { get; init; }

    /// <summary>The key; empty: all keys of the workspace. Default: empty.</summary>
    public string KeyId { get; init; } = "";

    /// <summary>The level.</summary>
    public required ApiKeyUsageGranularity Level { get; init; }

    /// <summary>The dimension.</summary>
    public required ApiKeyUsageDimension Dimension { get; init; }

    /// <summary>Only rows that begin at this time or later.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Only rows that begin before this time.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Whether times are told apart, and latency buckets are not; otherwise it is the other way round. Default: false.</summary>
    public bool ByTime { get; init; }
}

/// <summary>A sum of rows of usage.</summary>
/// <param name="At">The rows' time; the smallest there is where times are not told apart.</param>
/// <param name="Name">The value of the dimension.</param>
/// <param name="LatencyBucket">The latency bucket; 0 where they are not told apart.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="Errors">How many of them had a status of 400 or more.</param>
public readonly record struct ApiKeyUsageAggregate(DateTimeOffset At, string Name, int LatencyBucket, long Requests, long Errors);
