namespace HirePanda.ApiKeys;

/// <summary>
/// Creates usage reports. To read few rows, it reads whole days as days, the rest as hours, and the remaining edges as minutes.
/// </summary>
internal sealed class UsageReader(
    IApiKeyUsageStore store, ApiKeyOptions options, string workspace, string keyId, CancellationToken cancellationToken)
{
    private const int MaxNames = 100;

    /// <summary>Reads a report. The keys in the report do not have names yet.</summary>
    public async Task<ApiKeyUsageReport> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, ApiKeyUsageGranularity interval, DateTimeOffset now)
    {
        var parts = Parts(from, to, ApiKeyUsageGranularity.Day, now);
        var endpoints = await SumAsync(ApiKeyUsageDimension.Endpoint, parts).ConfigureAwait(false);
        var statuses = await SumAsync(ApiKeyUsageDimension.Status, parts).ConfigureAwait(false);
        var countries = await SumAsync(ApiKeyUsageDimension.Country, parts).ConfigureAwait(false);
        var keys = keyId.Length > 0 ? [] : await TopKeysAsync(parts).ConfigureAwait(false);
        var hours = Parts(from, to, interval, now);
        var points = await SumAsync(ApiKeyUsageDimension.Status, hours, byTime: true).ConfigureAwait(false);
        return new ApiKeyUsageReport
        {
            From = from,
            To = to,
            Interval = interval,
            Totals = Totals(endpoints),
            ByEndpoint = Top(endpoints),
            ByStatus = ByStatus(statuses),
            ByCountry = [.. Values(countries).OrderByDescending(value => value.Requests)],
            ByKey = keyId.Length > 0
                ? [ByKey(keyId, statuses.Sum(sum => sum.Requests), statuses.Sum(sum => sum.Errors))]
                : [.. keys.Select(key => ByKey(key.Name, key.Requests, key.Errors))],
            Series = Series(points, from, to, interval),
        };
    }

    /// <summary>
    /// Splits a range into parts of one granularity each: the coarsest inside, and finer ones at the edges where they are still
    /// stored.
    /// </summary>
    private List<(ApiKeyUsageGranularity Granularity, DateTimeOffset From, DateTimeOffset To)> Parts(
        DateTimeOffset from, DateTimeOffset to, ApiKeyUsageGranularity level, DateTimeOffset now)
    {
        var parts = new List<(ApiKeyUsageGranularity, DateTimeOffset, DateTimeOffset)>();
        if (from < to)
        {
            Add(from, to, level);
        }

        return parts;

        void Add(DateTimeOffset begin, DateTimeOffset end, ApiKeyUsageGranularity level)
        {
            if (level == ApiKeyUsageGranularity.Minute)
            {
                parts.Add((level, UsageTime.Floor(begin, level), end));
                return;
            }

            // Where the finer rows were deleted, the part extends to the edge of the coarser row.
            var lower = level - 1;
            var kept = now
                - (lower == ApiKeyUsageGranularity.Minute ? options.Usage.MinuteRetention : options.Usage.HourRetention);
            var first = begin < kept ? UsageTime.Floor(begin, level) : UsageTime.Ceiling(begin, level);
            var last = end < kept ? UsageTime.Ceiling(end, level) : UsageTime.Floor(end, level);
            if (first >= last)
            {
                Add(begin, end, lower);
                return;
            }

            if (begin < first)
            {
                Add(begin, first, lower);
            }

            parts.Add((level, first, last));
            if (last < end)
            {
                Add(last, end, lower);
            }
        }
    }

    private async Task<List<ApiKeyUsageAggregate>> SumAsync(
        ApiKeyUsageDimension dimension,
        List<(ApiKeyUsageGranularity Granularity, DateTimeOffset From, DateTimeOffset To)> parts,
        bool byTime = false)
    {
        var sums = new List<ApiKeyUsageAggregate>();
        foreach (var part in parts)
        {
            // A store that keeps everything in memory may ignore the token.
            cancellationToken.ThrowIfCancellationRequested();
            sums.AddRange(await store.SumUsageAsync(Query(dimension, part, byTime), cancellationToken).ConfigureAwait(false));
        }

        return sums;
    }

    /// <summary>Reads the busiest keys. The number of keys is not limited, so the store sorts them.</summary>
    private ValueTask<IReadOnlyList<ApiKeyUsageAggregate>> TopKeysAsync(
        List<(ApiKeyUsageGranularity Granularity, DateTimeOffset From, DateTimeOffset To)> parts)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var queries = parts.ConvertAll(part => Query(ApiKeyUsageDimension.Key, part, byTime: false));
        return store.SumTopUsageAsync(queries, MaxNames, cancellationToken);
    }

    private ApiKeyUsageQuery Query(
        ApiKeyUsageDimension dimension,
        (ApiKeyUsageGranularity Granularity, DateTimeOffset From, DateTimeOffset To) part,
        bool byTime)
        => new()
        {
            Workspace = workspace,
            KeyId = keyId,
            Granularity = part.Granularity,
            Dimension = dimension,
            From = part.From,
            To = part.To,
            ByTime = byTime,
        };

    private static ApiKeyUsageByKey ByKey(string id, long requests, long errors)
        => new() { KeyId = id, Requests = requests, Errors = errors };

    private static IReadOnlyList<ApiKeyUsageCount> ByStatus(IEnumerable<ApiKeyUsageAggregate> sums)
        => [.. Values(sums).OrderBy(value => value.Name, StringComparer.Ordinal)];

    private static IEnumerable<ApiKeyUsageCount> Values(IEnumerable<ApiKeyUsageAggregate> sums)
        => sums.GroupBy(sum => sum.Name, StringComparer.Ordinal)
            .Select(group => new ApiKeyUsageCount { Name = group.Key, Requests = group.Sum(sum => sum.Requests) });

    private static List<ApiKeyUsageByEndpoint> Top(List<ApiKeyUsageAggregate> sums)
    {
        var byName = sums.GroupBy(sum => sum.Name, StringComparer.Ordinal)
            .OrderByDescending(group => group.Sum(sum => sum.Requests)).ToList();
        var top = byName.Take(MaxNames)
            .Select(group => new ApiKeyUsageByEndpoint { Name = group.Key, Totals = Totals(group) }).ToList();
        if (byName.Count > MaxNames)
        {
            top.Add(new() { Name = "other", Totals = Totals(byName.Skip(MaxNames).SelectMany(group => group)) });
        }

        return top;
    }

    private static ApiKeyUsageTotals Totals(IEnumerable<ApiKeyUsageAggregate> sums)
    {
        var (requests, errors) = (0L, 0L);
        var counts = new long[ApiKeyLatency.MaxBucket + 1];
        foreach (var sum in sums)
        {
            requests += sum.Requests;
            errors += sum.Errors;
            counts[sum.LatencyBucket] += sum.Requests;
        }

        return new()
        {
            Requests = requests,
            Errors = errors,
            Latency = ApiKeyLatency.Percentile(counts, 0.5) is not { } median ? null : new()
            {
                P50 = median,
                P95 = ApiKeyLatency.Percentile(counts, 0.95)!.Value,
                P99 = ApiKeyLatency.Percentile(counts, 0.99)!.Value,
            },
        };
    }

    private static List<ApiKeyUsagePoint> Series(
        List<ApiKeyUsageAggregate> sums, DateTimeOffset from, DateTimeOffset to, ApiKeyUsageGranularity interval)
    {
        var byTime = sums.ToLookup(sum => UsageTime.Floor(sum.At, interval));
        var points = new List<ApiKeyUsagePoint>();
        if (from == to)
        {
            return points;
        }

        // The loop counts ticks, because the time after the last possible hour is out of range.
        for (var ticks = UsageTime.Floor(from, interval).Ticks; ticks < to.UtcTicks; ticks += UsageTime.Length(interval).Ticks)
        {
            var at = new DateTimeOffset(ticks, TimeSpan.Zero);
            points.Add(new()
            {
                At = at,
                Requests = byTime[at].Sum(sum => sum.Requests),
                Errors = byTime[at].Sum(sum => sum.Errors),
                ByStatus = ByStatus(byTime[at]),
            });
        }

        return points;
    }
}
