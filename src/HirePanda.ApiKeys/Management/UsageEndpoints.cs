using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace HirePanda.ApiKeys;

/// <summary>Reports of usage over HTTP.</summary>
internal static class UsageEndpoints
{
    public static async Task<IResult> GetAsync(
        HttpContext context, ApiKeyUsageReporter reporter, string? from, string? to, string? keyId, string? interval)
    {
        var errors = new ErrorList();
        var (begin, end) = (TimeQuery.Read("from", from, errors), TimeQuery.Read("to", to, errors));
        ApiKeyUsageGranularity? level = interval switch
        {
            null or "hour" => ApiKeyUsageGranularity.Hour,
            "day" => ApiKeyUsageGranularity.Day,
            _ => null,
        };
        if (level is null)
        {
            errors.Add("interval", "must be hour or day");
        }

        if (!errors.IsEmpty)
        {
            return new ErrorAnswer(errors.ToError());
        }

        var options = new ApiKeyUsageReportOptions { From = begin, To = end, KeyId = keyId, Interval = level!.Value };
        var report = await reporter.GetAsync(ApiKeyEndpoints.Actor(context), options, context.RequestAborted)
            .ConfigureAwait(false);
        return report.Succeeded
            ? new JsonAnswer<UsageResponse>(UsageResponse.Of(report.Value), KeyJson.Contract.UsageResponse)
            : new ErrorAnswer(report.Failure);
    }
}

/// <summary>A report of usage as callers see it.</summary>
internal sealed record UsageResponse(
    DateTime From,
    DateTime To,
    string Interval,
    UsageResponse.TotalUsage Totals,
    IReadOnlyList<UsageResponse.EndpointUsage> ByEndpoint,
    IReadOnlyList<UsageResponse.StatusUsage> ByStatus,
    IReadOnlyList<UsageResponse.CountryUsage> ByCountry,
    IReadOnlyList<UsageResponse.KeyUsage> ByKey,
    IReadOnlyList<UsageResponse.PointUsage> Series)
{
    public static UsageResponse Of(ApiKeyUsageReport report) => new(
        report.From.UtcDateTime,
        report.To.UtcDateTime,
        report.Interval == ApiKeyUsageGranularity.Day ? "day" : "hour",
        new(report.Totals.Requests, report.Totals.Errors, report.Totals.ErrorRate, LatencyUsage.Of(report.Totals.Latency)),
        [.. report.ByEndpoint.Select(one => new EndpointUsage(
            one.Name, one.Totals.Requests, one.Totals.Errors, one.Totals.ErrorRate, LatencyUsage.Of(one.Totals.Latency)))],
        Statuses(report.ByStatus),
        [.. report.ByCountry.Select(one => new CountryUsage(one.Name, one.Requests))],
        [.. report.ByKey.Select(one => new KeyUsage(one.KeyId, one.Name, one.Requests, one.Errors))],
        [.. report.Series.Select(one => new PointUsage(one.At.UtcDateTime, one.Requests, one.Errors, Statuses(one.ByStatus)))]);

    private static IReadOnlyList<StatusUsage> Statuses(IReadOnlyList<ApiKeyUsageCount> counts)
        => [.. counts.Select(one => new StatusUsage(int.Parse(one.Name, CultureInfo.InvariantCulture), one.Requests))];

    /// <summary>All requests of the report.</summary>
    internal sealed record TotalUsage(long Requests, long Errors, double ErrorRate, LatencyUsage LatencyMs);

    /// <summary>Percentiles in milliseconds, or null if nothing was measured.</summary>
    internal sealed record LatencyUsage(double? P50, double? P95, double? P99)
    {
        public static LatencyUsage Of(ApiKeyUsageLatency? latency)
            => new(Milliseconds(latency?.P50), Milliseconds(latency?.P95), Milliseconds(latency?.P99));

        private static double? Milliseconds(TimeSpan? time) => time is { } value ? Math.Round(value.TotalMilliseconds, 4) : null;
    }

    /// <summary>One endpoint.</summary>
    internal sealed record EndpointUsage(
        [property: JsonPropertyName("endpoint")] string Name,
        long Requests,
        long Errors,
        double ErrorRate,
        LatencyUsage LatencyMs);

    /// <summary>One status code.</summary>
    internal sealed record StatusUsage(int Status, long Requests);

    /// <summary>One country.</summary>
    internal sealed record CountryUsage(string Country, long Requests);

    /// <summary>One key.</summary>
    internal sealed record KeyUsage(string KeyId, string? Name, long Requests, long Errors);

    /// <summary>One hour or day.</summary>
    internal sealed record PointUsage(DateTime At, long Requests, long Errors, IReadOnlyList<StatusUsage> ByStatus);
}
