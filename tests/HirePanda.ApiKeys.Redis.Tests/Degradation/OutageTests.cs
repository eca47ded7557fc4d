using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Redis that is killed or hangs under load.</summary>
public sealed class OutageTests(ITestOutputHelper output)
{
    private static readonly RateLimit _unlimited = new(1_000_000, TimeSpan.FromSeconds(1));

    [Theory]
    [InlineData("kill")]
    [InlineData("hang")]
    public async Task Outage_UnderLoad_ChangesNoAnswerAndAddsLittleLatency(string kind)
    {
        await using var server = await RedisServer.StartAsync();
        await using var node = await RedisNode.StartAsync(
            server.ConnectionString, new InMemoryApiKeyStore(), options => options.Timeout = new RedisApiKeyOptions().Timeout);
        await using var load = new Load(node, (await node.IssueAsync(_unlimited)).Secret);
        await load.UntilAsync(400);
        await Waiting.UntilAsync(() => node.SharesLimits);
        var messages = node.RedisMessages.Count();

        var outage = load.Elapsed;
        await (kind == "kill" ? server.KillAsync() : server.HangAsync());
        await load.UntilAsync(load.Count + 600);
        var end = load.Elapsed;
        await (kind == "kill" ? server.StartAgainAsync() : server.ContinueAsync());
        var back = Stopwatch.StartNew();
        await Waiting.UntilAsync(() => node.SharesLimits);
        back.Stop();
        await load.StopAsync();

        var before = load.GetLatency(0, outage);
        var first = load.GetLatency(outage, outage + 1);
        var rest = load.GetLatency(outage + 1, end);
        output.WriteLine($"{kind}, before: {before}");
        output.WriteLine($"{kind}, first second: {first}");
        output.WriteLine($"{kind}, afterward: {rest}");
        output.WriteLine(Repository.Invariant($"{kind}, shared again after {back.Elapsed.TotalSeconds:0.0} s"));
        load.Statuses.Should().Equal(HttpStatusCode.OK);
        node.Fallbacks.Should().BePositive();
        (first.P99 - first.P99WithoutKey).Should().BeLessThan(60);
        (rest.P50 - rest.P50WithoutKey).Should().BeLessThan(5, "no request waits for Redis");
        back.Elapsed.TotalSeconds.Should().BeLessThan(5);
        node.RedisMessages.Skip(messages).Select(message => message.Split(" for ")[0])
            .Should().Equal("Redis is unavailable", "Redis is available");
        node.Logs.Errors.Should().OnlyContain(
            error => error.StartsWith("Redis is ", StringComparison.Ordinal), "nothing else fails");
    }

    [Fact]
    public async Task FallBackToLocal_DuringAnOutage_LimitsEachNodeAndSharesAgain()
    {
        await using var server = await RedisServer.StartAsync();
        var store = new InMemoryApiKeyStore();
        await using var first = await RedisNode.StartAsync(server.ConnectionString, store);
        await using var second = await RedisNode.StartAsync(server.ConnectionString, store);
        var limit = new RateLimit(5, TimeSpan.FromHours(1));
        var key = await first.IssueAsync(limit);
        (await AdmittedAsync(first, key, 2)).Should().Be(2);

        await server.KillAsync();
        (await AdmittedAsync(first, key, 9)).Should().Be(3, "the node knows what Redis has counted");
        (await AdmittedAsync(second, key, 9)).Should().Be(5);

        await server.StartAgainAsync();
        await Waiting.UntilAsync(() => first.SharesLimits && second.SharesLimits, seconds: 5);
        var fresh = await first.IssueAsync(limit);
        (await AdmittedAsync(first, fresh, 3)).Should().Be(3);
        (await AdmittedAsync(second, fresh, 9)).Should().Be(2);
    }

    [Fact]
    public async Task Admit_DuringAnOutage_RefusesNobodyAndStillWritesTheFields()
    {
        await using var server = await RedisServer.StartAsync();
        await using var node = await StartAsync(server, RedisDegradationMode.Admit);
        var key = await node.IssueAsync(new RateLimit(1, TimeSpan.FromHours(1)));
        (await AdmittedAsync(node, key, 3)).Should().Be(1);

        await server.KillAsync();
        await Waiting.UntilAsync(() => node.AdmitsAsync(key.Secret));
        using var answer = await node.GetAsync(key.Secret);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Header("RateLimit").Should().StartWith("\"default\";r=0;");
        node.Fallbacks.Should().BePositive();
    }

    [Fact]
    public async Task Refuse_DuringAnOutage_Answers503UntilRedisReturns()
    {
        await using var server = await RedisServer.StartAsync();
        await using var node = await StartAsync(server, RedisDegradationMode.Refuse);
        var key = await node.IssueAsync(_unlimited);
        (await node.StatusAsync(key.Secret)).Should().Be(HttpStatusCode.OK);

        await server.KillAsync();
        using var answer = await node.GetAsync(key.Secret);
        answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        answer.Header("Retry-After").Should().Be("1");
        (await answer.CodeAsync()).Should().Be("service_unavailable");
        (await node.StatusAsync(key.Secret[..^1])).Should().Be(HttpStatusCode.Unauthorized);

        await server.StartAgainAsync();
        await Waiting.UntilAsync(async () => await node.StatusAsync(key.Secret) == HttpStatusCode.OK, seconds: 5);
    }

    [Fact]
    public async Task Failover_ToAnEmptyReplica_ChangesNoAnswer()
    {
        await using var primary = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", "1");
        await using var node = await RedisNode.StartAsync(
            $"{primary.ConnectionString},{replica.ConnectionString}", new InMemoryApiKeyStore());
        await using var load = new Load(node, (await node.IssueAsync(_unlimited)).Secret);
        await load.UntilAsync(100);

        await primary.KillAsync();
        await replica.Admin.ExecuteAsync("REPLICAOF", "NO", "ONE");
        await Waiting.UntilAsync(() => node.SharesLimits && load.Count > 300, seconds: 5);
        await load.StopAsync();

        load.Statuses.Should().Equal(HttpStatusCode.OK);
        replica.Admin.Keys(pattern: "hirepanda:limits:*").Should().NotBeEmpty();
    }

    private static async Task<int> AdmittedAsync(RedisNode node, IssuedApiKey key, int requests)
    {
        var admitted = 0;
        for (var i = 0; i < requests; i++)
        {
            admitted += await node.AdmitsAsync(key.Secret) ? 1 : 0;
        }

        return admitted;
    }

    private static Task<RedisNode> StartAsync(RedisServer server, RedisDegradationMode mode)
        => RedisNode.StartAsync(
            server.ConnectionString, new InMemoryApiKeyStore(), options => options.DegradationMode = mode);

    /// <summary>The latency of requests, in milliseconds.</summary>
    private sealed record Latency(double P50, double P99, double P50WithoutKey, double P99WithoutKey)
    {
        public override string ToString() => Repository.Invariant(
            $"p50 {P50:0.0} ms, p99 {P99:0.0} ms; without a key p50 {P50WithoutKey:0.0} ms, p99 {P99WithoutKey:0.0} ms");
    }

    /// <summary>
    /// About 200 requests a second with a key, and as many without a key, which show how long requests take on this machine.
    /// Their number does not depend on how long the answers take.
    /// </summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(double At, double Milliseconds, HttpStatusCode Status)> _answers = new();
        private readonly ConcurrentQueue<(double At, double Milliseconds, HttpStatusCode Status)> _withoutKey = new();
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _run;

        public Load(RedisNode node, string secret) => _run = RunAsync(node, secret);

        public double Elapsed => _watch.Elapsed.TotalSeconds;

        public int Count => _answers.Count;

        public IEnumerable<HttpStatusCode> Statuses => _answers.Select(answer => answer.Status).Distinct();

        public Task UntilAsync(int count) => Waiting.UntilAsync(() => Count >= count);

        /// <summary>Gets the latency of the requests that were sent in an interval.</summary>
        public Latency GetLatency(double from, double to)
        {
            var (all, withoutKey) = (Sort(_answers), Sort(_withoutKey));
            return new(
                all[all.Length / 2],
                all[(int)(all.Length * 0.99)],
                withoutKey[withoutKey.Length / 2],
                withoutKey[(int)(withoutKey.Length * 0.99)]);

            double[] Sort(IEnumerable<(double At, double Milliseconds, HttpStatusCode Status)> answers)
                => [.. answers.Where(each => each.At >= from && each.At < to).Select(each => each.Milliseconds).Order()];
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _run;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }

        private async Task RunAsync(RedisNode node, string secret)
        {
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            List<Task> running = [];
            while (!_stop.IsCancellationRequested)
            {
                running.Add(SendAsync(node, secret, _answers));
                running.Add(SendAsync(node, null, _withoutKey));
                await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            }

            await Task.WhenAll(running);
        }

        private async Task SendAsync(
            RedisNode node, string? secret, ConcurrentQueue<(double At, double Milliseconds, HttpStatusCode Status)> answers)
        {
            var started = _watch.Elapsed;
            var status = await node.StatusAsync(secret);
            answers.Enqueue((started.TotalSeconds, (_watch.Elapsed - started).TotalMilliseconds, status));
        }
    }
}
