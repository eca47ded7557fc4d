using CsCheck;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The parts of usage with exact requirements: sums, memory limits, and percentiles.</summary>
public sealed class UsageCountersTests
{
    private const uint Minute = 29_000_000;

    [Fact]
    public async Task Counters_WithSeveralThreadsTakingAndCounting_LoseNothing()
    {
        const int Threads = 4;
        const int Each = 200_000;
        var activity = new KeyActivity("w", "k", new UsageBudget());
        var pending = new UsagePending();
        var isOver = false;
        var taker = Task.Run(
            () =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    activity.TakeInto(pending);
                }
            },
            TestContext.Current.CancellationToken);

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(
            () =>
        {
            var random = new Random(thread);
            for (var i = 0; i < Each; i++)
            {
                // Many cells make the table grow, and later few cells make it shrink. The minutes move forward and back.
                var cells = i < Each / 2 ? 2_000 : 3;
                activity.Count(new UsageCell(random.Next(cells), 200, 0, 1), Minute + (uint)(i / 1000) - (uint)random.Next(2));
            }
        },
            TestContext.Current.CancellationToken)));
        Volatile.Write(ref isOver, true);
        await taker;
        activity.TakeInto(pending);

        pending.Take().Values.Sum().Should().Be(Threads * Each);
    }

    [Fact]
    public void Counters_OfAKeyWithEndlessValues_StayBounded_AndCountTheRestAsOther()
    {
        var budget = new UsageBudget();
        var activity = new KeyActivity("w", "k", budget);
        for (var i = 1; i <= 100_000; i++)
        {
            activity.Count(new UsageCell(i, 200, 0, 1), Minute);
        }

        var pending = new UsagePending();
        activity.TakeInto(pending);
        var counts = pending.Take();

        counts.Values.Sum().Should().Be(100_000);
        counts.Count.Should().BeLessThan(20_000);
        counts.Single(count => count.Key.Cell.Endpoint == EndpointNames.Other).Value.Should().Be(budget.Overflows)
            .And.BePositive();
    }

    [Fact]
    public void Count_InTheSteadyState_AllocatesNothing()
    {
        var activity = new KeyActivity("w", "k", new UsageBudget());
        var cells = Enumerable.Range(0, 20).Select(i => new UsageCell(i, 200, 0, 5)).ToArray();
        Run();

        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Run()
        {
            for (var i = 0; i < 10_000; i++)
            {
                activity.Count(cells[i % cells.Length], Minute);
            }
        }
    }

    [Fact]
    public void Memory_OfTenThousandKeysWithTwentyEndpointsEach_IsAtMost200Megabytes()
    {
        var budget = new UsageBudget();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var activities = new KeyActivity[10_000];
        for (var i = 0; i < activities.Length; i++)
        {
            activities[i] = new KeyActivity("workspace", $"key_{i}", budget);
            for (var endpoint = 2; endpoint < 22; endpoint++)
            {
                for (var bucket = 100; bucket < 112; bucket++)
                {
                    activities[i].Count(new UsageCell(endpoint, 200, 0, bucket), Minute);
                }
            }
        }

        (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(200_000_000);
        budget.Overflows.Should().Be(0);
        GC.KeepAlive(activities);
    }

    [Fact]
    public void Pending_WhileTheStoreIsAway_IsMergedAndBounded_AndSaysWhatItDropped()
    {
        var pending = new UsagePending(capacity: 1_000);
        var budget = new UsageBudget();
        var activities = Enumerable.Range(0, 20).Select(i => new KeyActivity("w", $"k{i}", budget)).ToArray();
        for (var i = 0; i < 50_000; i++)
        {
            var cell = new UsageCell(2 + (i % 7), 200 + (i % 3), 0, 1 + (i % 5));
            pending.Add(activities[i % 20], cell, Minute + (uint)(i / 20), 1);
        }

        pending.Count.Should().BeLessThanOrEqualTo(1_000);
        pending.Dropped.Should().Be(0, "keys, days and statuses fit");
        pending.Overflows.Should().BePositive();
        pending.Take().Values.Sum().Should().Be(50_000);

        for (var i = 0; i < 1_500; i++)
        {
            pending.Add(new KeyActivity("w", $"n{i}", budget), new UsageCell(2, 200, 0, 1), Minute, 2);
        }

        pending.Count.Should().Be(1_000);
        pending.Dropped.Should().Be(1_000, "of 1,500 keys with two requests each there is room for 1,000");
    }

    [Fact]
    public void Pending_TakenInParts_GivesEachCountOnce()
    {
        var pending = new UsagePending();
        var activity = new KeyActivity("w", "k", new UsageBudget());
        for (var i = 0; i < 25; i++)
        {
            pending.Add(activity, new UsageCell(i, 200, 0, 1), Minute, i);
        }

        var parts = Enumerable.Range(0, 4).Select(_ => pending.Take(10)).ToList();

        parts.Select(part => part.Count).Should().Equal(10, 10, 5, 0);
        parts.SelectMany(part => part.Values).Should().BeEquivalentTo(Enumerable.Range(0, 25).Select(i => (long)i));
    }

    [Fact]
    public void Cell_KeepsItsParts()
        => Gen.Select(Gen.Int[0, 65_535], Gen.Int[0, 1023], Gen.Int[0, 676], Gen.Int[0, 255])
            .Sample((endpoint, status, country, bucket) =>
        {
            var cell = new UsageCell(endpoint, status, country, bucket);
            return cell.Endpoint == endpoint && cell.Status == status && cell.Country == country && cell.LatencyBucket == bucket;
        });

    [Fact]
    public void Countries_HaveNumbersAndNames()
        => Gen.Select(Gen.Char['A', 'Z'], Gen.Char['A', 'Z']).Where((first, second) => (first, second) != ('X', 'X'))
            .Sample((first, second)
            => UsageCell.CountryName(UsageCell.CountryNumber([char.ToLowerInvariant(first), second])) == $"{first}{second}");

    [Fact]
    public void Percentiles_OfAnyLatencies_AreWithinFivePercentOfTheExactOnes()
        => Gen.Long[20, 36_000_000_000].Array[1, 500].Select(Gen.Double[0.01, 1]).Sample((ticks, percentile) =>
        {
            var counts = new long[ApiKeyLatency.MaxBucket + 1];
            foreach (var latency in ticks)
            {
                counts[ApiKeyLatency.GetBucket(TimeSpan.FromTicks(latency))]++;
            }

            Array.Sort(ticks);
            var exact = ticks[Math.Max(1, (int)Math.Ceiling(percentile * ticks.Length)) - 1];
            var reported = ApiKeyLatency.Percentile(counts, percentile)!.Value.Ticks;
            return Math.Abs(reported - exact) <= exact * 0.05 + 1;
        });

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Buckets_OfImpossibleTimes_AreTheOutermost(long ticks)
        => ApiKeyLatency.GetBucket(TimeSpan.FromTicks(ticks)).Should().Be(ticks <= 0 ? 1 : ApiKeyLatency.MaxBucket);
}
