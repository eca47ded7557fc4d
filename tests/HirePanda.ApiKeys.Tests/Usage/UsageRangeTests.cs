using CsCheck;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A report of any range has exact sums and reads as few rows as possible.</summary>
public sealed class UsageRangeTests
{
    private static readonly DateTimeOffset _start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<int> _minutes = Gen.Int[0, 5 * 24 * 60];

    [Fact]
    public void Report_OfAnyRange_IsTheSumOfItsMinutes()
        => Gen.Select(_minutes.Array[0, 50], _minutes, _minutes, Gen.Bool).Sample((requests, start, other, byDay) =>
        {
            var (from, to) = (Math.Min(start, other), Math.Max(start, other));
            var report = Read(
                requests,
                from,
                to,
                byDay ? ApiKeyUsageGranularity.Day : ApiKeyUsageGranularity.Hour,
                minutesKept: TimeSpan.FromDays(31));
            var expected = requests.Count(minute => minute >= from && minute < to);
            return report.Totals.Requests == expected
                && report.ByStatus.Sum(status => status.Requests) == expected
                && report.ByKey.Sum(key => key.Requests) == expected
                && report.Series.Sum(point => point.Requests) == expected
                && report.Series.All(point => point.Requests == requests.Count(minute => minute >= from && minute < to
                    && UsageTime.Floor(_start.AddMinutes(minute), report.Interval) == point.At));
        });

    [Fact]
    public void Report_OfARangeWhoseMinutesAreGone_IsTheSumOfItsHours()
        => Gen.Select(_minutes.Array[0, 50], _minutes, _minutes).Sample((requests, start, other) =>
        {
            var (from, to) = (Math.Min(start, other), Math.Max(start, other));
            var report = Read(requests, from, to, ApiKeyUsageGranularity.Hour, minutesKept: TimeSpan.FromHours(-1));
            var (first, last) = (from / 60 * 60, (to + 59) / 60 * 60);
            return from == to || report.Totals.Requests == requests.Count(minute => minute >= first && minute < last);
        });

    [Fact]
    public async Task Series_UpToTheLastMomentThereIs_Ends()
    {
        var reader = new UsageReader(new InMemoryApiKeyStore(), new ApiKeyOptions(), "w", "", default);

        var report = await Task.Run(
            () => reader.ReadAsync(
                DateTimeOffset.MaxValue.AddHours(-2), DateTimeOffset.MaxValue, ApiKeyUsageGranularity.Hour, _start),
            TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        report.Series.Select(point => point.At.Hour).Should().Equal(21, 22, 23);
    }

    [Fact]
    public async Task Report_OfNoTime_IsEmpty_AlsoInTheMiddleOfAMinute()
    {
        var store = new InMemoryApiKeyStore();
        var pending = new UsagePending();
        pending.Add(
            new KeyActivity("w", "k", new UsageBudget()), new UsageCell(1, 200, 0, 1), UsageTime.Minute(_start.UtcTicks), 1);
        await store.SaveUsageAsync(
            UsageRows.Create(pending.Take(), new EndpointNames(), _start), TestContext.Current.CancellationToken);
        var reader = new UsageReader(store, new ApiKeyOptions(), "w", "", default);

        var report = await reader.ReadAsync(
            _start.AddSeconds(30), _start.AddSeconds(30), ApiKeyUsageGranularity.Hour, _start.AddMinutes(2));

        report.Totals.Requests.Should().Be(0);
        report.Series.Should().BeEmpty();
    }

    private static ApiKeyUsageReport Read(int[] requests, int from, int to, ApiKeyUsageGranularity interval, TimeSpan minutesKept)
    {
        var activity = new KeyActivity("w", "k", new UsageBudget());
        var pending = new UsagePending();
        foreach (var minute in requests)
        {
            pending.Add(activity, new UsageCell(1, 200, 0, 1), UsageTime.Minute(_start.AddMinutes(minute).UtcTicks), 1);
        }

        var now = _start.AddDays(6);
        var store = new InMemoryApiKeyStore();
        store.SaveUsageAsync(UsageRows.Create(pending.Take(), new EndpointNames(), now), default).AsTask().GetAwaiter()
            .GetResult();
        store.PruneUsageAsync(ApiKeyUsageGranularity.Minute, now - minutesKept, default).AsTask().GetAwaiter().GetResult();
        var options = new ApiKeyOptions { Usage = { MinuteRetention = minutesKept } };
        return new UsageReader(store, options, "w", "", default)
            .ReadAsync(_start.AddMinutes(from), _start.AddMinutes(to), interval, now).GetAwaiter().GetResult();
    }
}
