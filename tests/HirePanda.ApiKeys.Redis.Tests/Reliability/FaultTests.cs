namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// Faults of servers while two nodes are under load. With <c>HIREPANDA_LONG=1</c>, they last longer, and the table in
/// <c>docs/reliability.md</c> is written.
/// </summary>
public sealed class FaultTests(FaultTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<FaultTests.Fixture>
{
    private static readonly double _duration = ReliabilityReport.IsLong ? 20 : 4;

    private FaultTopology Topology => fixture.Topology;

    [Fact]
    public async Task Redis_Killed()
    {
        var load = await RunAsync("Redis is killed", Topology.Redis.KillAsync, Topology.Redis.StartAgainAsync);
        AssertRedisIsNotMissed(load);
    }

    [Fact]
    public async Task Redis_Hanging()
    {
        var load = await RunAsync("Redis hangs", Topology.Redis.HangAsync, Topology.Redis.ContinueAsync);
        AssertRedisIsNotMissed(load);
    }

    [Fact]
    public async Task Redis_FailedOverToAnEmptyReplica()
    {
        await using var topology = await FaultTopology.StartAsync();
        var load = await RunAsync(
            "Redis is killed, and an empty replica takes over",
            topology.Redis.KillAsync,
            () => topology.Replica.Admin.ExecuteAsync("REPLICAOF", "NO", "ONE"),
            topology);
        AssertRedisIsNotMissed(load);
    }

    [Fact]
    public async Task Postgres_Stopped()
    {
        var load = await RunAsync("PostgreSQL is stopped", Topology.Postgres.StopAsync, Topology.Postgres.StartAgainAsync);
        AssertDatabaseIsNotMissed(load);
    }

    [Fact]
    public async Task Postgres_Hanging()
    {
        var load = await RunAsync("PostgreSQL hangs", Topology.Postgres.FreezeAsync, Topology.Postgres.ThawAsync);
        AssertDatabaseIsNotMissed(load);
    }

    /// <summary>Nothing but the rate limits needs Redis.</summary>
    private static void AssertRedisIsNotMissed(FaultResult result)
    {
        result.Statuses(RequestKind.Known).Should().Equal(200);
        result.Statuses(RequestKind.Fresh).Should().Equal(200);
        result.Statuses(RequestKind.Management).Should().Equal(200);
        result.Statuses(RequestKind.Unknown).Should().Equal(401);
        result.AddedP99InFirstSecond.Should().BeLessThan(60);
        result.AddedP50Later.Should().BeLessThan(5, "no request waits for Redis");
        result.Recovery.Should().BeLessThan(5);
    }

    /// <summary>Nodes serve what they know, and say of everything else that it is unavailable.</summary>
    private static void AssertDatabaseIsNotMissed(FaultResult result)
    {
        result.Statuses(RequestKind.Known).Should().Equal(200);
        result.Statuses(RequestKind.NoKey).Should().Equal(200);
        result.During(RequestKind.Fresh).Should().Equal((503, true));
        result.During(RequestKind.Unknown).Should().Equal((503, true));

        // A call that waits for a database that hangs can still succeed.
        result.During(RequestKind.Management).Should().BeSubsetOf([(200, false), (503, true)]);
        result.Recovery.Should().BeLessThan(15);
    }

    /// <summary>Runs the load before, during, and after a fault, until both nodes work as before.</summary>
    private async Task<FaultResult> RunAsync(string fault, Func<Task> begin, Func<Task> end, FaultTopology? topology = null)
    {
        topology ??= Topology;
        await Waiting.UntilAsync(topology.IsHealthyAsync, seconds: 60);
        await using var load = await FaultLoad.StartAsync(topology);
        await begin();
        load.SendsFresh = true;
        var began = load.Elapsed;
        await load.UntilAsync(began + _duration);
        var ended = load.Elapsed;
        await end();
        var repaired = load.Elapsed;
        await Waiting.UntilAsync(async () => load.IsNormalSince(repaired) && await topology.IsHealthyAsync(), seconds: 60);
        var recovered = load.Elapsed;
        await load.StopAsync();

        var result = new FaultResult(load, began, ended, recovered - repaired);
        output.WriteLine($"{fault}: {result}");
        ReliabilityReport.Add(fault, result);
        return result;
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal FaultTopology Topology { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Topology = await FaultTopology.StartAsync();

        public async ValueTask DisposeAsync()
        {
            await Topology.DisposeAsync();
            await ReliabilityReport.WriteAsync();
        }
    }
}
