namespace HirePanda.ApiKeys;

/// <summary>How a workspace's keys, or one of them, were used.</summary>
/// <param name="From">Where the report begins.</param>
/// <param name="To">Where it ends; what is at this time is not in it.</param>
/// <param name="Interval">The distance of the points of <paramref name="Series"/>: an hour or a day.</param>
/// <param name="Totals">All requests.</param>
/// <param name="ByEndpoint">The endpoints with the most requests, at most 100; the rest is summed as <c>other</c>.</param>
/// <param name="ByStatus">By status code, ascending.</param>
/// <param name="ByCountry">By country, ISO 3166-1 alpha-2 or <c>unknown</c>, most requests first.</param>
/// <param name="ByKey">The keys with the most requests, at most 100.</param>
/// <param name="Series">By hour or day, ascending and without gaps; the first and the last point may be cut off by the range.</param>
public sealed record ApiKeyUsageReport(
    DateTimeOffset From,
    DateTimeOffset To,
    ApiKeyUsageGranularity Interval,
    ApiKeyUsageTotals Totals,
    IReadOnlyList<ApiKeyUsageByEndpoint> ByEndpoint,
    IReadOnlyList<ApiKeyUsageCount> ByStatus,
    IReadOnlyList<ApiKeyUsageCount> ByCountry,
    IReadOnlyList<ApiKeyUsageByKey> ByKey,
    IReadOnlyList<ApiKeyUsagePoint> Series);

/// <summary>Requests, errors and latency.</summary>
/// <param name="Requests">How many requests.</param>
/// <param name="Errors">How many of them had a status of 400 or more.</param>
/// <param name="Latency">How long they took, streams apart; null: none was measured.</param>
public sealed record ApiKeyUsageTotals(long Requests, long Errors, ApiKeyUsageLatency? Latency)
{
    /// <summary>The share of errors, 0 to 1.</summary>
    public double ErrorRate => Requests == 0 ? 0 : (double)Errors / Requests;
}

/// <summary>Percentiles of latency, each within 5 % of the exact one.</summary>
/// <param name="P50">The median.</param>
/// <param name="P95">95 of 100 took no longer.</param>
/// <param name="P99">99 of 100 took no longer.</param>
public sealed record ApiKeyUsageLatency(TimeSpan P50, TimeSpan P95, TimeSpan P99);

/// <summary>The traffic of an endpoint.</summary>
/// <param name="Name">Method and route pattern.</param>
/// <param name="Totals">Its requests, errors and latency.</param>
public sealed record ApiKeyUsageByEndpoint(string Name, ApiKeyUsageTotals Totals);

/// <summary>The requests of one status or country.</summary>
/// <param name="Name">The status or country.</param>
/// <param name="Requests">How many requests.</param>
public sealed record ApiKeyUsageCount(string Name, long Requests);

/// <summary>The requests of a key.</summary>
/// <param name="KeyId">The key.</param>
/// <param name="Name">Its name; null: it is not known any more.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="Errors">How many of them had a status of 400 or more.</param>
public sealed record ApiKeyUsageByKey(string KeyId, string? Name, long Requests, long Errors);

/// <summary>The requests of an hour or day.</summary>
/// <param name="At">Where it begins.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="Errors">How many of them had a status of 400 or more.</param>
public sealed record ApiKeyUsagePoint(DateTimeOffset At, long Requests, long Errors);
