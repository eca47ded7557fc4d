using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Several nodes with different clocks.</summary>
public sealed class NodeTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly int _rounds = Environment.GetEnvironmentVariable("HIREPANDA_LONG") == "1" ? 100 : 5;

    [Fact]
    public async Task Nodes_WithAnyClocks_AdmitExactlyThePermitsTogether()
    {
        var random = new Random(20261128);
        for (var round = 0; round < _rounds; round++)
        {
            var store = new InMemoryApiKeyStore();
            var clocks = Enumerable.Range(0, random.Next(2, 5)).Select(_ => random.Next(-2500, 2501)).ToArray();
            var nodes = await Task.WhenAll(Array.ConvertAll(clocks, milliseconds => RedisNode.StartAsync(
                redis.Server.ConnectionString,
                store,
                time: new ShiftedClock(TimeSpan.FromMilliseconds(milliseconds)))));
            try
            {
                var permits = random.Next(1, 200);
                var key = await nodes[0].IssueAsync(
                    new RateLimit(permits, TimeSpan.FromDays(30)), new RateLimit(300, TimeSpan.FromDays(31)));
                var admitted = 0;
                await Parallel.ForAsync(0, 2 * permits + 50, TestContext.Current.CancellationToken, async (i, _) =>
                {
                    if (await nodes[i % nodes.Length].AdmitsAsync(key.Secret))
                    {
                        Interlocked.Increment(ref admitted);
                    }
                });

                admitted.Should().Be(permits, "round {0} has {1} nodes with the clocks {2}", round, nodes.Length, clocks);
                nodes.Sum(node => node.Fallbacks).Should().Be(0);
            }
            finally
            {
                foreach (var node in nodes)
                {
                    await node.DisposeAsync();
                }
            }
        }
    }

    [Fact]
    public async Task Response_OfEveryNode_HasTheSharedPermits()
    {
        var store = new InMemoryApiKeyStore();
        await using var first = await RedisNode.StartAsync(redis.Server.ConnectionString, store);
        await using var second = await RedisNode.StartAsync(redis.Server.ConnectionString, store);
        var key = await first.IssueAsync(new RateLimit(2, TimeSpan.FromHours(1)));

        using var one = await first.GetAsync(key.Secret);
        using var two = await second.GetAsync(key.Secret);
        using var refused = await first.GetAsync(key.Secret);

        one.Header("RateLimit").Should().Be("\"default\";r=1;t=1800");
        two.Header("RateLimit").Should().Be("\"default\";r=0;t=1800");
        refused.Header("RateLimit").Should().Be("\"default\";r=0;t=1800");
        refused.Header("Retry-After").Should().Be("1800");
        (await refused.CodeAsync()).Should().Be("rate_limited");
    }

    [Fact]
    public async Task Clients_WithAcceptedCredentials_ShareTheirLimitToo()
    {
        await using var node = await RedisNode.StartAsync(redis.Server.ConnectionString, new InMemoryApiKeyStore());
        await using var other = await RedisNode.StartAsync(redis.Server.ConnectionString, new InMemoryApiKeyStore());
        var lookups = new[] { node, other }.Select(each => each.Services.GetRequiredService<WorkspaceLookup>());
        var families = await Task.WhenAll(lookups.Select(
            async lookup => (await lookup.FindAsync("acme", TestContext.Current.CancellationToken))!.GetClient("app").Family));

        families.Distinct().Should().ContainSingle("the name does not depend on the node");
    }

    private sealed class ShiftedClock(TimeSpan difference) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + difference;
    }
}
