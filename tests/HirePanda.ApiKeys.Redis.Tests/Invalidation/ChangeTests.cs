using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace HirePanda.ApiKeys.Tests;

/// <summary>
/// Changes at one node reach the others. The store has no change table, so a cached key is otherwise used for 30 seconds.
/// </summary>
public sealed class ChangeTests(RedisFixture redis, ITestOutputHelper output) : IClassFixture<RedisFixture>
{
    private static readonly ApiKeyActor _actor = new() { Id = "user:1", Workspace = "acme", Tier = ApiKeyTiers.Admin };

    private static readonly int _tries = Environment.GetEnvironmentVariable("HIREPANDA_LONG") == "1" ? 1000 : 300;

    [Fact]
    public async Task Revocation_AtOneNode_IsSeenByTheOtherWithin100Milliseconds()
    {
        await using var nodes = await Pair.StartAsync(redis.Server);
        var latencies = new double[_tries];
        for (var i = 0; i < latencies.Length; i++)
        {
            var key = await nodes.CachedAsync();
            (await nodes.Manager.RevokeAsync(_actor, key.Key.Id, cancellationToken: TestContext.Current.CancellationToken))
                .Failure.Should().BeNull();
            var watch = Stopwatch.StartNew();
            while (await nodes.Second.AdmitsAsync(key.Secret))
            {
                watch.Elapsed.TotalSeconds.Should().BeLessThan(1);
                await Task.Yield();
            }

            latencies[i] = watch.Elapsed.TotalMilliseconds;
        }

        Array.Sort(latencies);
        var (p50, p99) = (latencies[_tries / 2], latencies[_tries * 99 / 100]);
        output.WriteLine(
            Repository.Invariant($"{_tries} revocations: p50 {p50:0.0} ms, p99 {p99:0.0} ms, worst {latencies[^1]:0.0} ms"));
        p99.Should().BeLessThan(100);
        nodes.Second.Metrics.Read("invalidation.latency")[""].Should().BeInRange(0, _tries * 0.1);
        nodes.First.Metrics.Read("invalidation.latency").Should().BeEmpty("a node drops its own changes at once");
    }

    [Fact]
    public async Task Update_OfScopes_IsSeenByTheOther()
    {
        await using var nodes = await Pair.StartAsync(redis.Server);
        var key = await nodes.CachedAsync();
        (await nodes.Second.StatusAsync(key.Secret)).Should().Be(HttpStatusCode.OK);

        (await nodes.Manager.UpdateAsync(
            _actor,
            key.Key.Id,
            new UpdateApiKeyRequest { Tier = new(null), Permissions = new([ApiKeyPermissions.AnalyticsRead]) },
            cancellationToken: TestContext.Current.CancellationToken)).Failure.Should().BeNull();

        await Waiting.UntilAsync(
            async () => await nodes.Second.StatusAsync(key.Secret) == HttpStatusCode.Forbidden, seconds: 1);
    }

    [Fact]
    public async Task Workspace_Allowlist_IsSeenByTheOther()
    {
        await using var nodes = await Pair.StartAsync(redis.Server);
        var key = await nodes.CachedAsync();
        var events = nodes.First.Services.GetRequiredService<ChangeEvents>();
        var change = new ApiKeyChangeSet
        {
            Workspace = new ApiKeyWorkspace { Id = "acme", IsAllowlistEnabled = true, AllowedNetworks = ["192.0.2.0/24"] },
        };
        await nodes.Store.SaveAsync(change, TestContext.Current.CancellationToken);

        events.Raise(change);

        await Waiting.UntilAsync(async () => !await nodes.Second.AdmitsAsync(key.Secret), seconds: 1);
    }

    [Fact]
    public async Task Change_OfManyKeys_IsOneMessage()
    {
        await using var nodes = await Pair.StartAsync(redis.Server);
        var keys = new List<IssuedApiKey>();
        for (var i = 0; i <= ChangeMessage.MaxHashes; i++)
        {
            keys.Add(await nodes.CachedAsync());
        }

        (await nodes.Manager.RevokeAllAsync(_actor, cancellationToken: TestContext.Current.CancellationToken))
            .Failure.Should().BeNull();

        await Waiting.UntilAsync(
            async () => (await Task.WhenAll(keys.Select(key => nodes.Second.AdmitsAsync(key.Secret)))).All(admits => !admits),
            seconds: 1);
    }

    [Fact]
    public async Task Change_DuringAnOutage_IsSeenWhenRedisReturns()
    {
        await using var server = await RedisServer.StartAsync();
        await using var nodes = await Pair.StartAsync(server);
        var key = await nodes.CachedAsync();
        await server.KillAsync();
        await nodes.Manager.RevokeAsync(_actor, key.Key.Id, cancellationToken: TestContext.Current.CancellationToken);
        (await nodes.Second.AdmitsAsync(key.Secret)).Should().BeTrue("the message is lost");

        await server.StartAgainAsync();

        await Waiting.UntilAsync(async () => !await nodes.Second.AdmitsAsync(key.Secret), seconds: 5);
    }

    [Fact]
    public async Task Change_WhileASubscriptionIsCut_IsSeenWhenItReturns()
    {
        await using var nodes = await Pair.StartAsync(redis.Server);
        var key = await nodes.CachedAsync();
        await redis.Server.Admin.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        nodes.Store.Change(key.Key with { RevokedAt = DateTimeOffset.UnixEpoch, Version = key.Key.Version + 1 });

        await Waiting.UntilAsync(async () => !await nodes.Second.AdmitsAsync(key.Secret), seconds: 5);
    }

    [Fact]
    public async Task Revocation_WhileRedisHangs_DoesNotWait()
    {
        await using var server = await RedisServer.StartAsync();
        await using var nodes = await Pair.StartAsync(server);
        var key = await nodes.CachedAsync();
        await server.HangAsync();
        try
        {
            var watch = Stopwatch.StartNew();
            await nodes.Manager.RevokeAsync(_actor, key.Key.Id, cancellationToken: TestContext.Current.CancellationToken);
            watch.Elapsed.TotalMilliseconds.Should().BeLessThan(500);
            (await nodes.First.AdmitsAsync(key.Secret)).Should().BeFalse();
        }
        finally
        {
            await server.ContinueAsync();
        }
    }

    [Fact]
    public async Task Test_OfASubscription_IsReceivedByItsOwnNodeOnly()
    {
        await using var nodes = await Pair.StartAsync(redis.Server);
        var subscriber = redis.Server.Database.Multiplexer.GetSubscriber();
        var tests = await subscriber.SubscribeAsync(RedisChannel.Pattern("hirepanda:changes*"));
        for (var i = 0; i < 4; i++)
        {
            var test = await tests.ReadAsync(TestContext.Current.CancellationToken);
            (await redis.Server.Admin.SubscriptionSubscriberCountAsync(test.Channel)).Should().Be(
                1, "many nodes that all receive each other's tests would send their number squared");
        }

        await tests.UnsubscribeAsync();
    }

    [Fact]
    public async Task Message_ThatIsNotOurs_IsIgnored()
    {
        await using var nodes = await Pair.StartAsync(redis.Server);
        var key = await nodes.CachedAsync();
        string[] foreign = ["", "junk", "1", "1\nx\ny\nz", "2\nx\n1\na", "1\nx\n99999999999999999\na", "1\nx\n1\na\nff"];
        foreach (var text in foreign)
        {
            ChangeMessage.Parse(text).Should().BeNull();
            await redis.Server.Database.PublishAsync(RedisChannel.Literal("hirepanda:changes"), text);
        }

        (await nodes.Manager.RevokeAsync(_actor, key.Key.Id, cancellationToken: TestContext.Current.CancellationToken))
            .Failure.Should().BeNull();

        await Waiting.UntilAsync(async () => !await nodes.Second.AdmitsAsync(key.Secret), seconds: 1);
        nodes.Second.Logs.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("acme", 0)]
    [InlineData("a\nb %c ü", 2)]
    [InlineData(null, 100)]
    public void Message_AsText_IsReadBack(string? workspace, int hashes)
    {
        var message = new ChangeMessage(
            "node",
            DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_123),
            workspace,
            [.. Enumerable.Range(0, hashes).Select(i => new ApiKeyHash([.. Enumerable.Repeat((byte)i, ApiKeyHash.Size)]))]);

        ChangeMessage.Parse(message.ToString()).Should().BeEquivalentTo(message);
    }

    /// <summary>Two nodes with one store. The second has subscribed.</summary>
    private sealed class Pair(RedisNode first, RedisNode second, InMemoryApiKeyStore store) : IAsyncDisposable
    {
        private readonly AsyncServiceScope _scope = first.Services.CreateAsyncScope();

        public RedisNode First => first;

        public RedisNode Second => second;

        public InMemoryApiKeyStore Store => store;

        public ApiKeyManager Manager => _scope.ServiceProvider.GetRequiredService<ApiKeyManager>();

        public static async Task<Pair> StartAsync(RedisServer server)
        {
            var store = new InMemoryApiKeyStore();
            var pair = new Pair(
                await RedisNode.StartAsync(server.ConnectionString, store),
                await RedisNode.StartAsync(server.ConnectionString, store),
                store);
            await Waiting.UntilAsync(() => pair.Second.Services.GetRequiredService<ChangeSubscription>().IsReceiving);
            return pair;
        }

        /// <summary>Creates a key that the second node has in its cache.</summary>
        public async Task<IssuedApiKey> CachedAsync()
        {
            var key = await first.IssueAsync();
            (await second.AdmitsAsync(key.Secret)).Should().BeTrue();
            return key;
        }

        public async ValueTask DisposeAsync()
        {
            await _scope.DisposeAsync();
            await first.DisposeAsync();
            await second.DisposeAsync();
        }
    }
}

internal static class StoreChanges
{
    /// <summary>Changes a key without notifying the library.</summary>
    public static void Change(this InMemoryApiKeyStore store, ApiKey key)
        => store.SaveAsync(new ApiKeyChangeSet { Updated = [key] }, default).AsTask().GetAwaiter().GetResult()
            .Should().Be(ApiKeySaveResult.Saved);
}
