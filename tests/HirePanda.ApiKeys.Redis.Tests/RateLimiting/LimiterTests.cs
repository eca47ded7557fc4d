using CsCheck;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The rules of rate limits are the same in memory, in Redis with one node, and in Redis with three nodes.</summary>
public sealed class LimiterTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly Gen<(int Pause, int Cost)[]> _requests
        = Gen.Select(Gen.Int[0, 3_000_000], Gen.Int[1, 6]).Array[1, 40];

    private static readonly Gen<RateLimit[]> _limits = Gen.Select(Gen.Int[1, 40], Gen.Int[1, 120])
        .Select((permits, seconds) => Limit(permits, seconds)).Array[1, 3];

    public static TheoryData<int> Engines => [0, 1, 3];

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Take_Burst_AdmitsThePermitsAndSaysWhenTheNextOneComes(int nodes)
    {
        await using var engine = await redis.CreateAsync(nodes);
        (await engine.TakeAsync("burst", "key", 1, Limit(10, 60))).Field().Should().Be("\"default\";r=9;t=6");
        (await engine.AdmittedAsync(20, "burst", "key", Limit(10, 60))).Should().Be(9);

        var refused = await engine.TakeAsync("burst", "key", 1, Limit(10, 60));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(6) - TimeSpan.FromMicroseconds(1));
        var early = await engine.TakeAsync("burst", "key", 1, Limit(10, 60));
        await engine.AdvanceAsync(TimeSpan.FromMicroseconds(1));
        var admitted = await engine.TakeAsync("burst", "key", 1, Limit(10, 60));

        (refused.Wait, refused.Field()).Should().Be((6 * TimeSpan.TicksPerSecond, "\"default\";r=0;t=6"));
        (early.Wait, early.Field()).Should().Be((10, "\"default\";r=0;t=1"));
        (admitted.Wait, admitted.Field()).Should().Be((0, "\"default\";r=0;t=6"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Take_CostAbovePermits_IsCapped(int nodes)
    {
        await using var engine = await redis.CreateAsync(nodes);
        (await engine.TakeAsync("cost", "key", 1000, Limit(3, 3))).Field().Should().Be("\"default\";r=0;t=1");

        (await engine.TakeAsync("cost", "key", 1000, Limit(3, 3))).Wait.Should().Be(3 * TimeSpan.TicksPerSecond);
        (await engine.TakeAsync("cost", "key", 2, Limit(3, 3))).Wait.Should().Be(2 * TimeSpan.TicksPerSecond);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Take_OneOfSeveralLimitsRefuses_TakesNothing(int nodes)
    {
        await using var engine = await redis.CreateAsync(nodes);
        RateLimit[] limits = [Limit(5, 60), Limit(8, 3600)];
        (await engine.TakeAsync("all", "key", 3, limits)).Field().Should().Be("\"default\";r=2;t=12, \"default-2\";r=5;t=450");

        var refused = await engine.TakeAsync("all", "key", 3, limits);

        refused.Wait.Should().Be(12 * TimeSpan.TicksPerSecond);
        refused.Field().Should().Be("\"default\";r=2;t=12, \"default-2\";r=5;t=450");
        (await engine.TakeAsync("all", "key", 2, limits)).Admitted.Should().BeTrue("the refusal took nothing");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Take_AnyRequests_GetTheSameAnswersFromMemoryAndRedis(int nodes)
    {
        await using var local = await redis.CreateAsync(0);
        await using var shared = await redis.CreateAsync(nodes);
        var run = 0;
        await Gen.Select(_limits, _requests).SampleAsync(
            async (limits, requests) =>
            {
                var family = Repository.Invariant($"same {nodes} {run++}");
                foreach (var (pause, cost) in requests)
                {
                    await local.AdvanceAsync(TimeSpan.FromMicroseconds(pause));
                    await shared.AdvanceAsync(TimeSpan.FromMicroseconds(pause));
                    var expected = await local.TakeAsync(family, "key", cost, limits);
                    var actual = await shared.TakeAsync(family, "key", cost, limits);
                    (actual.Wait, actual.Field()).Should().Be((expected.Wait, expected.Field()));
                }
            },
            iter: 100,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Change_ToALowerLimit_CarriesTheUsedShare(int nodes)
    {
        await using var engine = await redis.CreateAsync(nodes);
        (await engine.AdmittedAsync(30, "lower", "key", Limit(100, 86_400))).Should().Be(30);

        (await engine.AdmittedAsync(20, "lower", "key", Limit(10, 3600))).Should().Be(7);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Change_ToAHigherLimit_KeepsWhatWasUsed(int nodes)
    {
        await using var engine = await redis.CreateAsync(nodes);
        (await engine.AdmittedAsync(9, "higher", "key", Limit(5, 3600))).Should().Be(5);

        (await engine.AdmittedAsync(30, "higher", "key", Limit(20, 3600))).Should().Be(15);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Change_ThereAndBack_GivesNoSecondQuota(int nodes)
    {
        await using var engine = await redis.CreateAsync(nodes);
        await engine.AdmittedAsync(1, "back", "key", Limit(100, 86_400));
        (await engine.AdmittedAsync(60, "back", "key", Limit(50, 60))).Should().Be(50, "half a permit counts as zero");

        (await engine.AdmittedAsync(60, "back", "key", Limit(100, 86_400))).Should().Be(49, "it has counted all 51");

        await engine.AdmittedAsync(60, "back", "key", Limit(50, 60));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(2));
        (await engine.AdmittedAsync(5, "back", "key", Limit(100, 86_400))).Should().Be(0);
        await engine.AdvanceAsync(TimeSpan.FromDays(1));
        (await engine.AdmittedAsync(150, "back", "key", Limit(100, 86_400))).Should().Be(100);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Rotation_KeysOfAFamily_ShareOneQuota(int nodes)
    {
        await using var engine = await redis.CreateAsync(nodes);
        (await engine.AdmittedAsync(2, "family", "old", Limit(5, 600))).Should().Be(2);
        (await engine.AdmittedAsync(10, "family", "new", Limit(5, 600))).Should().Be(3);
        (await engine.AdmittedAsync(60, "family", "new", Limit(50, 600))).Should().Be(45);
        (await engine.AdmittedAsync(10, "family", "old", Limit(5, 600))).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Change_ThroughManyLimits_GivesNoFreshQuota(int nodes)
    {
        await using var engine = await redis.CreateAsync(nodes);
        (await engine.AdmittedAsync(100, "many", "key", Limit(100, 60))).Should().Be(100);
        for (var i = 1; i <= 40; i++)
        {
            (await engine.AdmittedAsync(1, "many", "key", Limit(i, i * 3600))).Should().Be(0);
        }

        (await engine.AdmittedAsync(99, "many", "key", Limit(99, 61))).Should().Be(0);
    }

    private static RateLimit Limit(int permits, int seconds) => new(permits, TimeSpan.FromSeconds(seconds));
}

/// <summary>One server for the tests of a class, with an empty database for each engine.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <param name="nodes">The number of nodes, or 0 for the limiter in memory.</param>
    internal async Task<LimiterEngine> CreateAsync(int nodes)
    {
        if (nodes > 0)
        {
            await Server.Admin.FlushDatabaseAsync();
        }

        return await LimiterEngine.CreateAsync(nodes == 0 ? null : Server, Math.Max(1, nodes));
    }
}
