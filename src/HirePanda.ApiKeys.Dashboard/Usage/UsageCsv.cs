using System.Globalization;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>
/// Writes a report as one table of comma-separated values (RFC 4180): a row for the total, and one for each interval, endpoint,
/// status, country, and key.
/// </summary>
internal static class UsageCsv
{
    private static readonly string[] _header =
    [
        "dimension", "name", "key_id", "from", "to", "requests", "errors", "requests_below_400", "requests_4xx", "requests_5xx",
        "p50_ms", "p95_ms", "p99_ms",
    ];

    public static string Write(ApiKeyUsageReport report) => Csv.Write(_header, Rows(report));

    private static IEnumerable<string[]> Rows(ApiKeyUsageReport report)
    {
        var length = report.Interval == ApiKeyUsageGranularity.Day ? TimeSpan.FromDays(1) : TimeSpan.FromHours(1);
        yield return Row("total", "", "", report.From, report.To, report.Totals, report.ByStatus);
        foreach (var point in report.Series)
        {
            var totals = new ApiKeyUsageTotals { Requests = point.Requests, Errors = point.Errors };
            yield return Row("time", "", "", point.At, point.At + length, totals, point.ByStatus);
        }

        foreach (var endpoint in report.ByEndpoint)
        {
            yield return Row("endpoint", endpoint.Name, "", report.From, report.To, endpoint.Totals, null);
        }

        foreach (var (dimension, counts) in new[] { ("status", report.ByStatus), ("country", report.ByCountry) })
        {
            foreach (var count in counts)
            {
                var (from, to) = (Time(report.From), Time(report.To));
                yield return [dimension, count.Name, "", from, to, Number(count.Requests), "", "", "", "", "", "", ""];
            }
        }

        foreach (var key in report.ByKey)
        {
            var totals = new ApiKeyUsageTotals { Requests = key.Requests, Errors = key.Errors };
            yield return Row("key", key.Name ?? "", key.KeyId, report.From, report.To, totals, null);
        }
    }

    private static string[] Row(
        string dimension,
        string name,
        string keyId,
        DateTimeOffset from,
        DateTimeOffset to,
        ApiKeyUsageTotals totals,
        IReadOnlyList<ApiKeyUsageCount>? byStatus)
    {
        var bar = byStatus is null ? null : UsageSeries.Bar(from, byStatus);
        return
        [
            dimension, name, keyId, Time(from), Time(to), Number(totals.Requests), Number(totals.Errors),
            Number(bar?.Good), Number(bar?.ClientErrors), Number(bar?.ServerErrors),
            Milliseconds(totals.Latency?.P50), Milliseconds(totals.Latency?.P95), Milliseconds(totals.Latency?.P99),
        ];
    }

    private static string Time(DateTimeOffset at)
        => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Milliseconds(TimeSpan? time)
        => time is { } value ? Math.Round(value.TotalMilliseconds, 4).ToString(CultureInfo.InvariantCulture) : "";
}
