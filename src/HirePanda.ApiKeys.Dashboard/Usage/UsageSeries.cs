using System.Globalization;
using HirePanda.ApiKeys.Dashboard.Components;

namespace HirePanda.ApiKeys.Dashboard;

/// <summary>Sums the points of a report so that a chart has few bars, which begin at round times of UTC.</summary>
internal static class UsageSeries
{
    private const int MaxBars = 60;
    private const int FirstClientError = 400;
    private const int FirstServerError = 500;

    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    private static readonly TimeSpan[] _steps =
    [
        TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), _day, 2 * _day, 7 * _day,
        28 * _day, 91 * _day, 364 * _day,
    ];

    /// <summary>Gets the time that a bar stands for.</summary>
    /// <param name="length">The length of the report.</param>
    /// <param name="hasHours">Whether hours are still stored from the report's start on.</param>
    public static TimeSpan Step(TimeSpan length, bool hasHours)
        => _steps.Where(step => hasHours || step >= _day)
            .First(step => (length / step) + 1 <= MaxBars || step == _steps[^1]);

    /// <summary>Gets the interval to report.</summary>
    public static ApiKeyUsageGranularity Interval(TimeSpan step)
        => step < _day ? ApiKeyUsageGranularity.Hour : ApiKeyUsageGranularity.Day;

    /// <summary>Sums points to bars, in ascending order and without gaps.</summary>
    public static IReadOnlyList<ChartBar> Bars(IEnumerable<ApiKeyUsagePoint> points, TimeSpan step)
        => [.. points.GroupBy(point => point.At.UtcTicks / step.Ticks, (number, group) => Bar(number * step.Ticks, [.. group]))];

    /// <summary>Sums statuses to a bar.</summary>
    public static ChartBar Bar(DateTimeOffset at, IEnumerable<ApiKeyUsageCount> byStatus)
    {
        var (good, client, server) = (0L, 0L, 0L);
        foreach (var count in byStatus)
        {
            switch (int.Parse(count.Name, NumberStyles.None, CultureInfo.InvariantCulture))
            {
                case < FirstClientError: good += count.Requests; break;
                case < FirstServerError: client += count.Requests; break;
                default: server += count.Requests; break;
            }
        }

        return new(at, good, client, server);
    }

    private static ChartBar Bar(long ticks, IReadOnlyList<ApiKeyUsagePoint> points)
        => Bar(new DateTimeOffset(ticks, TimeSpan.Zero), points.SelectMany(point => point.ByStatus));
}
