using System.Net;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Two nodes with a Redis Cluster of three primaries.</summary>
public sealed class ClusterTests
{
    private const int Permits = 5;

    private static readonly RateLimit _limit = new(Permits, TimeSpan.FromHours(1));
    private static readonly ApiKeyActor _actor = new() { Id = "user:1", Workspace = "acme", Tier = ApiKeyTiers.Admin };

    [Fact]
    public async Task Limits_AreSharedInEverySlot()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var nodes = await Nodes.StartAsync(cluster);

        // A key with two limits shows that one call reaches both.
        for (var i = 0; i < 30; i++)
        {
            var key = await nodes.First.IssueAsync(_limit, new RateLimit(Permits + 1, TimeSpan.FromHours(2)));
            (await nodes.AdmittedAsync(key.Secret, 2 * Permits)).Should().Be(Permits);
        }

        nodes.Fallbacks.Should().Be(0);
        cluster.Servers.Should().OnlyContain(
            server => server.Admin.Keys(-1, "hirepanda:limits:*", 250, 0, 0, CommandFlags.None).Any(),
            "every server has families");
    }

    [Fact]
    public async Task Revocation_IsSeenByTheOtherNode()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var nodes = await Nodes.StartAsync(cluster);
        await Waiting.UntilAsync(() => nodes.Second.Services.GetRequiredService<ChangeSubscription>().IsReceiving);
        for (var i = 0; i < 10; i++)
        {
            var key = await nodes.First.IssueAsync(_limit);
            (await nodes.Second.AdmitsAsync(key.Secret)).Should().BeTrue();

            await using var scope = nodes.First.Services.CreateAsyncScope();
            var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();
            (await manager.RevokeAsync(_actor, key.Key.Id, cancellationToken: TestContext.Current.CancellationToken))
                .Failure.Should().BeNull();

            await Waiting.UntilAsync(async () => !await nodes.Second.AdmitsAsync(key.Secret), seconds: 1);
        }
    }

    [Theory]
    [InlineData("kill")]
    [InlineData("hang")]
    public async Task OneServer_ThatFails_ChangesNoAnswer(string kind)
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var nodes = await Nodes.StartAsync(cluster);
        var keys = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            keys.Add((await nodes.First.IssueAsync(new RateLimit(1_000_000, TimeSpan.FromSeconds(1)))).Secret);
        }

        var failing = cluster.Servers[1];
        await (kind == "kill" ? failing.KillAsync() : failing.HangAsync());
        var duringOutage = await nodes.StatusesAsync(keys);
        await Waiting.UntilAsync(() => nodes.First.RedisMessages.Any());
        await (kind == "kill" ? failing.StartAgainAsync() : failing.ContinueAsync());
        await Waiting.UntilAsync(
            async () => (await nodes.StatusesAsync(keys)).SetEquals([HttpStatusCode.OK])
                && nodes.First.SharesLimits && nodes.Second.SharesLimits,
            seconds: 20);

        duringOutage.Should().Equal(HttpStatusCode.OK);
        nodes.First.Fallbacks.Should().BePositive();
        nodes.First.RedisMessages.Select(message => message.Split(" for ")[0])
            .Should().Equal("Redis is unavailable", "Redis is available");
        var limited = await nodes.First.IssueAsync(_limit);
        (await nodes.AdmittedAsync(limited.Secret, 2 * Permits)).Should().Be(Permits);
    }

    private sealed record Nodes(RedisNode First, RedisNode Second) : IAsyncDisposable
    {
        public double Fallbacks => First.Fallbacks + Second.Fallbacks;

        public static async Task<Nodes> StartAsync(RedisCluster cluster)
        {
            var store = new InMemoryApiKeyStore();
            return new(
                await RedisNode.StartAsync(cluster.ConnectionString, store),
                await RedisNode.StartAsync(cluster.ConnectionString, store));
        }

        /// <summary>Counts the admitted requests of those that alternate between the nodes.</summary>
        public async Task<int> AdmittedAsync(string secret, int requests)
        {
            var admitted = 0;
            for (var i = 0; i < requests; i++)
            {
                admitted += await (i % 2 == 0 ? First : Second).AdmitsAsync(secret) ? 1 : 0;
            }

            return admitted;
        }

        /// <summary>Gets the different statuses that the keys get at both nodes.</summary>
        public async Task<HashSet<HttpStatusCode>> StatusesAsync(IEnumerable<string> secrets)
        {
            HashSet<HttpStatusCode> statuses = [];
            foreach (var secret in secrets)
            {
                statuses.Add(await First.StatusAsync(secret));
                statuses.Add(await Second.StatusAsync(secret));
            }

            return statuses;
        }

        public async ValueTask DisposeAsync()
        {
            await First.DisposeAsync();
            await Second.DisposeAsync();
        }
    }
}
