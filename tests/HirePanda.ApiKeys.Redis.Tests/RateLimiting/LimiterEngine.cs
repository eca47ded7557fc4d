using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A rate limiter with a manual clock: the one in memory, or the one in Redis with one node or several.</summary>
internal sealed class LimiterEngine : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private const string Clock = "test-clock";

    private readonly FakeTimeProvider _time = new(Start);
    private readonly RedisServer? _server;
    private readonly Node[] _nodes;
    private int _next;

    private LimiterEngine(RedisServer? server, int nodes)
    {
        _server = server;
        _nodes = [.. Enumerable.Range(0, nodes).Select(_ => new Node(server, _time))];
    }

    public static async Task<LimiterEngine> CreateAsync(RedisServer? server, int nodes)
    {
        var engine = new LimiterEngine(server, nodes);
        foreach (var node in engine._nodes)
        {
            await node.ConnectAsync();
        }

        await engine.AdvanceAsync(TimeSpan.Zero);
        return engine;
    }

    /// <summary>Moves the clocks of the nodes and of Redis.</summary>
    public async Task AdvanceAsync(TimeSpan time)
    {
        _time.Advance(time);
        if (_server is not null)
        {
            var elapsed = _time.GetUtcNow() - DateTimeOffset.UnixEpoch;
            await _server.Database.HashSetAsync(
                Clock, [new("s", (long)elapsed.TotalSeconds), new("us", elapsed.Ticks % TimeSpan.TicksPerSecond / 10)]);
        }
    }

    /// <summary>Takes permits at the next node.</summary>
    public async Task<RateLimitDecision> TakeAsync(string family, string keyId, int cost, params RateLimit[] limits)
    {
        var node = _nodes[_next++ % _nodes.Length];
        var set = node.Intern(limits);
        var buckets = node.Local.Buckets(family, keyId, set);
        var now = node.Clock.Now;
        if (node.Shared is null)
        {
            return RateLimiter.Take(set, buckets, cost, now);
        }

        var decision = (await node.Shared.TakeAsync(family, set, buckets, cost, now))!.Value;
        node.Circuit!.IsClosed.Should().BeTrue("Redis decides");
        return decision;
    }

    public async Task<int> AdmittedAsync(int requests, string family, string keyId, params RateLimit[] limits)
    {
        var admitted = 0;
        for (var i = 0; i < requests; i++)
        {
            admitted += (await TakeAsync(family, keyId, 1, limits)).Admitted ? 1 : 0;
        }

        return admitted;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private sealed class Node : IAsyncDisposable
    {
        private readonly Dictionary<string, LimitSet> _sets = [];
        private readonly RedisConnection? _connection;
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

        public Node(RedisServer? server, FakeTimeProvider time)
        {
            Clock = new MonotonicClock(time);
            Local = new RateLimiter(Clock);
            if (server is null)
            {
                return;
            }

            var options = Options.Create(new RedisApiKeyOptions());
            var text = GcraScript.Load().Text;
            text.Should().Contain("redis.call('TIME')");
            var script = new GcraScript(
                text.Replace("redis.call('TIME')", $"redis.call('HMGET', '{LimiterEngine.Clock}', 's', 'us')"));
            _connection = new RedisConnection(
                new RedisEndpoint(() => StackExchange.Redis.ConfigurationOptions.Parse(server.ConnectionString)));
            Circuit = new RedisCircuit(options, NullLogger<RedisCircuit>.Instance);
            var metrics = new ApiKeyMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>(), time);
            Shared = new RedisRateLimiter(_connection, Circuit, script, options, metrics, Clock, time);
        }

        public MonotonicClock Clock { get; }

        public RateLimiter Local { get; }

        public RedisRateLimiter? Shared { get; }

        public RedisCircuit? Circuit { get; }

        public async Task ConnectAsync()
        {
            if (_connection is not null)
            {
                await _connection.ConnectAsync(TestContext.Current.CancellationToken);
                Circuit!.Close();
            }
        }

        public LimitSet Intern(RateLimit[] limits)
        {
            var set = new LimitSet(limits);
            return _sets.TryGetValue(set.Policy, out var known) ? known : _sets[set.Policy] = set;
        }

        public async ValueTask DisposeAsync()
        {
            await _services.DisposeAsync();
            if (_connection is not null)
            {
                await _connection.DisposeAsync();
            }
        }
    }
}
