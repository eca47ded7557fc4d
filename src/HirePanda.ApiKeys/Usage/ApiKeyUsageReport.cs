namespace HirePanda.ApiKeys;

/// <summary>Reports how a workspace's keys, or one of them, were used.</summary>
public sealed record ApiKeyUsageReport
{
    /// <summary>Gets the time at which the report starts.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Gets the time at which the report ends. A request at exactly this time is not included.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Gets the interval between the points of <see cref="Series"/>: an hour or a day.</summary>
    public required ApiKeyUsageGranularity Interval { get; init; }

    /// <summary>Gets the totals of all requests.</summary>
    public required ApiKeyUsageTotals Totals { get; init; }

    /// <summary>Gets the 100 endpoints with the most requests. All other endpoints are summed as <c>other</c>.</summary>
    public required IReadOnlyList<ApiKeyUsageByEndpoint> ByEndpoint { get; init; }

    /// <summary>Gets the requests by status code, in ascending order.</summary>
    public required IReadOnlyList<ApiKeyUsageCount> ByStatus { get; init; }

    /// <summary>Gets the requests by country, ISO 3166-1 alpha-2 or <c>unknown</c>, most requests first.</summary>
    public required IReadOnlyList<ApiKeyUsageCount> ByCountry { get; init; }

    /// <summary>Gets the 100 keys with the most requests.</summary>
    public required IReadOnlyList<ApiKeyUsageByKey> ByKey { get; init; }

    /// <summary>
    /// Gets the requests by hour or day, in ascending order and without gaps. The range may cut off the first and the last point.
    /// </summary>
    public required IReadOnlyList<ApiKeyUsagePoint> Series { get; init; }
}

/// <summary>Counts requests and errors, with their latency.</summary>
public sealed record ApiKeyUsageTotals
{
    /// <summary>Gets the number of requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Gets the number of requests with a status of 400 or more.</summary>
    public required long Errors { get; init; }

    /// <summary>Gets the latency of requests that are not streams, or null if none was measured.</summary>
    public ApiKeyUsageLatency? Latency { get; init; }

    /// <summary>Gets the fraction of requests that are errors, from 0 to 1. It is 0 if there are no requests.</summary>
    public double ErrorRate => Requests == 0 ? 0 : (double)Errors / Requests;
}

/// <summary>Percentiles of latency. Each is within 5 % of the exact value.</summary>
public sealed record ApiKeyUsageLatency
{
    /// <summary>Gets the median.</summary>
    public required TimeSpan P50 { get; init; }

    /// <summary>Gets the time that 95 of 100 requests do not exceed.</summary>
    public required TimeSpan P95 { get; init; }

    /// <summary>Gets the time that 99 of 100 requests do not exceed.</summary>
    public required TimeSpan P99 { get; init; }
}

/// <summary>The requests of an endpoint.</summary>
public sealed record ApiKeyUsageByEndpoint
{
    /// <summary>Gets the method and the route pattern.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the endpoint's requests, errors, and latency.</summary>
    public required ApiKeyUsageTotals Totals { get; init; }
}

/// <summary>The requests of one status or country.</summary>
public sealed record ApiKeyUsageCount
{
    /// <summary>Gets the status or country.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the number of requests.</summary>
    public required long Requests { get; init; }
}

/// <summary>The requests of a key.</summary>
public sealed record ApiKeyUsageByKey
{
    /// <summary>Gets the id of the key.</summary>
    public required string KeyId { get; init; }

    /// <summary>Gets the name of the key, or null if the key is no longer known.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the number of requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Gets the number of requests with a status of 400 or more.</summary>
    public required long Errors { get; init; }
}

/// <summary>The requests of an hour or day.</summary>
public sealed record ApiKeyUsagePoint
{
    /// <summary>Gets the time at which the hour or day starts.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Gets the number of requests.</summary>
    public required long Requests { get; init; }

    /// <summary>Gets the number of requests with a status of 400 or more.</summary>
    public required long Errors { get; init; }

    /// <summary>Gets the requests by status code, in ascending order. Their sum is <see cref="Requests"/>.</summary>
    public IReadOnlyList<ApiKeyUsageCount> ByStatus { get; init; } = [];
}
