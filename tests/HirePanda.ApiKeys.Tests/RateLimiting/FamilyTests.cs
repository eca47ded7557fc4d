using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The quota of a family, regardless of the limits of its keys.</summary>
public sealed class FamilyTests
{
    private static readonly Gen<RateLimit> _limits = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 30])
        .Select((permits, seconds) => new RateLimit(permits, TimeSpan.FromSeconds(seconds * 97)));

    private static readonly Gen<(RateLimit[] Limits, int Requests)[]> _changes = Gen.Select(_limits.Array[1, 3], Gen.Int[0, 30])
        .Array[1, 40];

    [Fact]
    public void Join_AnyChangesAtOneMoment_NeverAdmitMoreThanTheLargestLimit()
        => _changes.Sample(changes =>
        {
            var (limiter, time) = New();
            var admitted = changes.Sum(change => Admitted(limiter, time, "key", change.Limits, change.Requests));
            return admitted <= changes.Max(change => change.Limits.Max(limit => limit.Permits));
        });

    [Fact]
    public void Join_AnyTightening_NeverAdmitsMoreThanTheFirstLimitInItsTime()
        => Gen.Select(_limits, Gen.Select(Gen.Int[0, 4], Gen.Int[0, 60], Gen.Int[0, 10], Gen.Int[0, 60]).Array[1, 60])
            .Sample((first, steps) =>
        {
            var (limiter, time) = New();
            var start = time.GetUtcNow();
            var (limit, admitted) = (first, 0);
            foreach (var (fewer, longer, requests, pause) in steps)
            {
                limit = new RateLimit(Math.Max(1, limit.Permits - fewer), limit.Window + TimeSpan.FromSeconds(longer));
                admitted += Admitted(limiter, time, "key", [limit], requests);
                time.Advance(TimeSpan.FromSeconds(pause));
            }

            return admitted <= first.Permits + ((time.GetUtcNow() - start).Ticks / new Gcra(first).Interval);
        });

    [Fact]
    public void Join_AnyChangesOfSeveralKeys_NeverAdmitMoreThanTheLargestLimit()
        => Gen.Select(Gen.Int[0, 2], _limits, Gen.Int[0, 30]).Array[1, 40].Sample(changes =>
        {
            var (limiter, time) = New();
            var admitted = changes.Sum(change => Admitted(limiter, time, $"key {change.Item1}", [change.Item2], change.Item3));
            return admitted <= changes.Max(change => change.Item2.Permits);
        });

    [Fact]
    public void Join_AfterTheBucketThatCountedMostWasDropped_GivesNoPermitsInItsWindow()
    {
        var (limiter, time) = New();
        Admitted(limiter, time, "one", [new RateLimit(100, TimeSpan.FromSeconds(60))], 100).Should().Be(100);
        for (var i = 1; i <= 9; i++)
        {
            Admitted(limiter, time, "one", [new RateLimit(i, TimeSpan.FromHours(i))], 0);
        }

        // A limit that was used before is used again, so that there is room for the next limit.
        Admitted(limiter, time, "one", [new RateLimit(9, TimeSpan.FromHours(9))], 0);
        Admitted(limiter, time, "two", [new RateLimit(8, TimeSpan.FromHours(8))], 0);

        Admitted(limiter, time, "one", [new RateLimit(99, TimeSpan.FromSeconds(61))], 99).Should().Be(0);
    }

    [Fact]
    public void Join_AnyOrderOfKeys_KeepsNoMoreBucketsThanItsBound()
    {
        var (limiter, time) = New();
        for (var i = 1; i <= 5_000; i++)
        {
            Admitted(limiter, time, $"key {i % 50}", [new RateLimit(i, TimeSpan.FromSeconds(i))], 1);
        }

        limiter.Count.Should().Be(1);
        limiter.CountBuckets("family").Should().BeLessThanOrEqualTo(16);
    }

    private static (RateLimiter Limiter, FakeTimeProvider Time) New()
    {
        var time = new FakeTimeProvider(TestApi.Start);
        return (new RateLimiter(new MonotonicClock(time)), time);
    }

    /// <summary>Gets the number of admitted requests of a key with the given limits.</summary>
    private static int Admitted(RateLimiter limiter, FakeTimeProvider time, string keyId, RateLimit[] limits, int requests)
    {
        var set = new LimitSet(limits);
        var buckets = limiter.Buckets("family", keyId, set);
        return Enumerable.Range(0, requests).Count(_ => RateLimiter.Take(set, buckets, 1, time.GetUtcNow().UtcTicks).Admitted);
    }
}
