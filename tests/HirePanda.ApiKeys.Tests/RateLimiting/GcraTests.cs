using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

public sealed class GcraTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    private static readonly Gen<RateLimit> _limits = Gen.Select(Gen.Int[1, 50], Gen.Int[1, 120])
        .Select((permits, seconds) => new RateLimit(permits, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Take_AnyArrivals_NeverAdmitsMoreThanPermitsPlusElapsedOverInterval()
        => Gen.Select(_limits, Gen.Select(Gen.Long[0, 3 * Second], Gen.Int[1, 5]).Array[1, 200]).Sample((limit, arrivals) =>
        {
            var rule = new Gcra(limit);
            long tat = 0, now = Second, start = Second;
            var taken = 0;
            foreach (var (pause, cost) in arrivals)
            {
                now += pause;
                taken += rule.Take(ref tat, now, cost, out _) == 0 ? Math.Min(cost, limit.Permits) : 0;
                if (taken > limit.Permits + ((now - start) / rule.Interval))
                {
                    return false;
                }
            }

            return true;
        });

    [Fact]
    public void Take_AnyArrivals_TellsExactlyWhenTheCostFitsAndWhatRemains()
        => Gen.Select(_limits, Gen.Select(Gen.Long[0, Second], Gen.Int[1, 5]).Array[1, 60]).Sample((limit, arrivals) =>
        {
            var rule = new Gcra(limit);
            long tat = 0, now = Second;
            foreach (var (pause, cost) in arrivals)
            {
                now += pause;
                var before = tat;
                var wait = rule.Take(ref tat, now, cost, out var state);
                long atWait = before, tooEarly = before;
                if (wait > 0
                    && (tat != before || rule.Take(ref tooEarly, now + wait - 1, cost, out _) == 0
                        || rule.Take(ref atWait, now + wait, cost, out _) != 0))
                {
                    return false;
                }

                // Exactly as many single permits can be taken as the limiter reports.
                var copy = tat;
                var remaining = rule.Remaining(state, now);
                for (var i = 0; i < remaining; i++)
                {
                    if (rule.Take(ref copy, now, 1, out _) != 0)
                    {
                        return false;
                    }
                }

                if (rule.Take(ref copy, now, 1, out _) == 0)
                {
                    return false;
                }

                var untilMore = rule.UntilOneMore(state, now);
                if (remaining == limit.Permits ? untilMore != 0 : rule.Remaining(state, now + untilMore) != remaining + 1)
                {
                    return false;
                }
            }

            return true;
        });

    [Fact]
    public void Take_WindowNotDivisibleByPermits_NeverAdmitsMoreThanTheLimitInAnyWindow()
    {
        var rule = new Gcra(new RateLimit(7, TimeSpan.FromSeconds(60)));
        long tat = 0;
        var taken = 0;
        for (var second = 0; second < 600; second++)
        {
            while (rule.Take(ref tat, (100 + second) * Second, 1, out _) == 0)
            {
                taken++;
            }
        }

        taken.Should().BeInRange(7 + 68, 7 + 70);
    }

    [Fact]
    public void Take_CostAbovePermits_IsCapped()
    {
        var rule = new Gcra(new RateLimit(3, TimeSpan.FromSeconds(3)));
        long tat = 0;

        rule.Take(ref tat, Second, 1000, out var state).Should().Be(0);
        rule.Remaining(state, Second).Should().Be(0);
        rule.Take(ref tat, Second, 1000, out _).Should().Be(3 * Second);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Take_FromManyThreadsAtOneMoment_AdmitsExactlyThePermits(int limits)
    {
        var set = new LimitSet(
            Enumerable.Range(0, limits).Select(i => new RateLimit(1000 + (i * 500), TimeSpan.FromSeconds(60))));
        var buckets = New(Second).Limiter.Buckets("family", "key", set);
        var admitted = 0;

        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (_, _) =>
        {
            for (var i = 0; i < 1000; i++)
            {
                if (RateLimiter.Take(set, buckets, 1, Second).Admitted)
                {
                    Interlocked.Increment(ref admitted);
                }
            }

            return ValueTask.CompletedTask;
        });

        admitted.Should().Be(1000);
        for (var i = 0; i < limits; i++)
        {
            set.Rules[i].Remaining(buckets[i].Tat, Second).Should().Be(i * 500, "a refusal takes nothing");
        }
    }

    [Fact]
    public async Task Take_RefusedLargeCostsMeanwhile_NeverRefusesASmallOneThatFits()
    {
        var set = new LimitSet([new RateLimit(5, TimeSpan.FromSeconds(60)), new RateLimit(4, TimeSpan.FromSeconds(60))]);
        var refused = 0;
        for (var round = 0; round < 2000; round++)
        {
            var buckets = New(Second).Limiter.Buckets("family", "key", set);
            RateLimiter.Take(set, buckets, 1, Second);
            using var started = new ManualResetEventSlim();
            var isDone = false;
            var large = Task.Run(
                () =>
                {
                    started.Set();
                    while (!Volatile.Read(ref isDone))
                    {
                        RateLimiter.Take(set, buckets, 4, Second).Admitted.Should().BeFalse();
                    }
                },
                TestContext.Current.CancellationToken);
            started.Wait(TestContext.Current.CancellationToken);
            for (var i = 0; i < 3; i++)
            {
                refused += RateLimiter.Take(set, buckets, 1, Second).Admitted ? 0 : 1;
            }

            Volatile.Write(ref isDone, true);
            await large;
        }

        refused.Should().Be(0);
    }

    [Fact]
    public void Buckets_ThatAreFullAndForgotten_AreDropped()
    {
        var (limiter, time) = New(Second);
        var set = new LimitSet([new RateLimit(1, TimeSpan.FromSeconds(1))]);
        var busy = limiter.Buckets("busy", "key", new LimitSet([new RateLimit(1, TimeSpan.FromDays(1))]));
        busy[0].Tat = TimeSpan.TicksPerDay;
        for (var i = 0; i < 30_000; i++)
        {
            limiter.Buckets($"family {i}", "key", set);
        }

        time.Advance(TimeSpan.FromHours(1));
        for (var i = 0; i < 30_000; i++)
        {
            limiter.Buckets($"later family {i}", "key", set);
        }

        limiter.Count.Should().BeLessThan(50_000);
        limiter.Buckets("busy", "key", new LimitSet([new RateLimit(1, TimeSpan.FromDays(1))]))[0]
            .Should().BeSameAs(busy[0], "it still owes");
    }

    [Fact]
    public void Clock_CallersWithOlderTimes_AreNotAClockThatWasSetBack()
    {
        var time = new FakeTimeProvider(TestApi.Start);
        var clock = new MonotonicClock(time);
        var (before, start) = (time.GetUtcNow().UtcTicks, clock.Now);
        time.Advance(TimeSpan.FromSeconds(10));
        clock.Now.Should().Be(start + (10 * Second));

        clock.From(before).Should().Be(start);
        clock.Now.Should().Be(start + (10 * Second));
        time.AdjustTime(TestApi.Start.AddDays(-1));
        clock.Now.Should().Be(start + (10 * Second));
        time.Advance(TimeSpan.FromSeconds(5));
        clock.Now.Should().Be(start + (15 * Second));
    }

    private static (RateLimiter Limiter, FakeTimeProvider Time) New(long now)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(now, TimeSpan.Zero));
        return (new RateLimiter(new MonotonicClock(time)), time);
    }
}
