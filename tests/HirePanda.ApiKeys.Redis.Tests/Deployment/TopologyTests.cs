using System.Diagnostics;
using System.Net;
using Npgsql;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Two nodes on PostgreSQL and Redis behind nginx.</summary>
public sealed class TopologyTests(Topology topology) : IClassFixture<Topology>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private HttpClient Balancer => topology.Nginx.Client;

    [Fact]
    public async Task Key_CreatedOnOneNode_IsValidOnBothThroughTheBalancer()
    {
        var key = await topology.CreateKeyAsync(topology.Node(0));
        var before = topology.Nginx.Log.Length;

        for (var i = 0; i < 10; i++)
        {
            (await Topology.ReadAsync(Balancer, key.Secret)).Should().Be(200);
        }

        await Waiting.UntilAsync(() => Served(before, 0) == 5 && Served(before, 1) == 5);
        topology.Nginx.Log.Should().NotContain(key.Secret);
    }

    [Fact]
    public async Task Limit_OfTwentyPermits_AdmitsTwentyOverBothNodes()
    {
        var key = await topology.CreateKeyAsync(Balancer, ""","rateLimits":[{"permits":20,"windowSeconds":86400}]""");
        var before = topology.Nginx.Log.Length;

        var statuses = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Topology.ReadAsync(Balancer, key.Secret)));

        statuses.CountBy(status => status).Should().BeEquivalentTo(
            [KeyValuePair.Create(200, 20), KeyValuePair.Create(429, 40)]);
        await Waiting.UntilAsync(() => Served(before, 0) > 10 && Served(before, 1) > 10);
    }

    [Fact]
    public async Task Allowlist_BehindTheBalancer_ChecksTheAddressOfTheClientAndNoneThatItClaims()
    {
        var key = await topology.CreateKeyAsync(Balancer, ""","allowedNetworks":["127.0.0.2"]""");
        (string, string)[] forged =
        [
            ("X-Forwarded-For", "127.0.0.2"),
            ("X-Real-IP", "127.0.0.2"),
            ("X-Original-For", "127.0.0.2"),
            ("Forwarded", "for=127.0.0.2"),
        ];
        using var named = topology.Nginx.NewClient(IPAddress.Parse("127.0.0.2"));
        using var other = topology.Nginx.NewClient(IPAddress.Parse("127.0.0.3"));
        using var direct = topology.Nginx.NewClient(IPAddress.Parse("127.0.0.3"), topology.Port(0));

        // Twice each, for both nodes.
        for (var i = 0; i < 2; i++)
        {
            (await Topology.ReadAsync(named, key.Secret)).Should().Be(200);
            (await Topology.ReadAsync(named, key.Secret, ("X-Forwarded-For", "127.0.0.3"))).Should().Be(200);
            (await Topology.ReadAsync(other, key.Secret)).Should().Be(403);
            (await Topology.ReadAsync(other, key.Secret, forged)).Should().Be(403);
            (await Topology.ReadAsync(other, key.Secret, ("X-Forwarded-For", "127.0.0.2, 127.0.0.1"))).Should().Be(403);
        }

        (await Topology.ReadAsync(direct, key.Secret, forged)).Should().Be(403, "only nginx is a trusted proxy");
    }

    [Fact]
    public async Task Audit_BehindTheBalancer_NamesTheAddressOfTheClient()
    {
        var key = await topology.CreateKeyAsync(Balancer);
        await topology.CallAsync(
            HttpMethod.Put, "api-keys/ip-allowlist", """{"enabled":true,"reportOnly":true,"networks":["192.0.2.1"]}""");
        using var client = topology.Nginx.NewClient(IPAddress.Parse("127.0.0.4"));

        // A node has the list when it reports. It reports a client once.
        await Waiting.UntilAsync(async () =>
        {
            await Topology.ReadAsync(client, key.Secret, ("X-Forwarded-For", "192.0.2.1"));
            var audit = await topology.CallAsync(HttpMethod.Get, $"api-keys/audit?action=allowlist.report&keyId={key.Id}");
            var addresses = audit.GetProperty("items").EnumerateArray()
                .Select(entry => entry.GetProperty("address").GetString()).ToList();
            addresses.Should().OnlyContain(address => address == "127.0.0.4");
            return addresses.Count > 0;
        });

        await topology.CallAsync(HttpMethod.Put, "api-keys/ip-allowlist", """{"enabled":false,"networks":[]}""");
    }

    [Fact]
    public async Task Revocation_ThroughTheBalancer_TakesEffectOnBothNodesAtOnce()
    {
        var key = await topology.CreateKeyAsync(Balancer);
        for (var node = 0; node < 2; node++)
        {
            (await Topology.ReadAsync(topology.Node(node), key.Secret)).Should().Be(200, "the key is in the cache of both nodes");
        }

        await topology.CallAsync(HttpMethod.Post, $"api-keys/{key.Id}/revoke");

        // The change table alone takes up to a second, and the cache 30 seconds.
        for (var node = 0; node < 2; node++)
        {
            var client = topology.Node(node);
            await Waiting.UntilAsync(async () => await Topology.ReadAsync(client, key.Secret) == 401, seconds: 2);
        }

        (await Topology.ReadAsync(Balancer, key.Secret)).Should().Be(401);
        (await Topology.ReadAsync(Balancer, key.Secret)).Should().Be(401);
    }

    [Fact]
    public async Task Node_Killed_FailsNoLaterRequestAndServesAgainWhenItReturns()
    {
        const int Callers = 4;
        var key = await topology.CreateKeyAsync(Balancer, ""","rateLimits":[{"permits":1000000,"windowSeconds":60}]""");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var done = 0;
        var killed = long.MaxValue;
        var failures = 0;
        var lateFailures = 0;
        var callers = Enumerable.Range(0, Callers).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var started = Stopwatch.GetTimestamp();
                    if (await Topology.ReadAsync(Balancer, key.Secret) != 200)
                    {
                        Interlocked.Increment(ref (started > Volatile.Read(ref killed) ? ref lateFailures : ref failures));
                    }

                    Interlocked.Increment(ref done);
                }
            },
            Token)).ToList();
        await Waiting.UntilAsync(() => Volatile.Read(ref done) > 100);

        await topology.KillNodeAsync(1);
        Volatile.Write(ref killed, Stopwatch.GetTimestamp());
        var (before, at) = (topology.Nginx.Log.Length, Volatile.Read(ref done));
        await Waiting.UntilAsync(() => Volatile.Read(ref done) > at + 200);
        await topology.StartNodeAsync(1);
        var returned = topology.Nginx.Log.Length;
        await Waiting.UntilAsync(() => Served(returned, 0) > 10 && Served(returned, 1) > 10);
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        failures.Should().BeLessThanOrEqualTo(Callers, "only requests in flight may fail");
        lateFailures.Should().Be(0);
        topology.Nginx.Log[before..returned].Should().Contain(
            Repository.Invariant($"127.0.0.1:{topology.Port(1)}, 127.0.0.1:{topology.Port(0)} 502, 200"),
            "nginx tries the dead node and then the other");
    }

    [Fact]
    public async Task Readiness_StoreThatHangs_IsDegradedBeforeTheProbeGivesUp()
    {
        var key = await topology.CreateKeyAsync(Balancer);

        // A node drops a new key from its cache once more when it reads the change table. Then the key is not served.
        await Waiting.UntilAsync(async () =>
        {
            for (var node = 0; node < 2; node++)
            {
                (await Topology.ReadAsync(topology.Node(node), key.Secret)).Should().Be(200);
            }

            return await ReadWhileStoreHangsAsync(key.Secret) == 200;
        });

        await Waiting.UntilAsync(async () => await topology.Node(0).GetStringAsync("/health/ready", Token) == "Healthy");
    }

    [Fact]
    public async Task Rules_QueryWhatTheNodesExport()
    {
        var key = await topology.CreateKeyAsync(topology.Node(0));
        await Topology.ReadAsync(topology.Node(0), key.Secret);
        await Topology.StatusAsync(topology.Node(0), HttpMethod.Post, $"api-keys/{key.Id}/revoke", topology.Secret);
        await Topology.ReadAsync(topology.Node(0), key.Secret);
        var page = "";
        await Waiting.UntilAsync(async () => (page = await topology.Node(0).GetStringAsync("/metrics", Token))
            .Contains("hirepanda_api_keys_invalidation_latency_seconds_count", StringComparison.Ordinal));

        foreach (var expression in DeployFiles.Alerts.Select(alert => alert.Expression))
        {
            var names = DeployFiles.FindMetrics(expression).ToList();
            names.Should().NotBeEmpty();
            foreach (var (metric, label) in names)
            {
                page.Should().MatchRegex($"(?m)^{metric}[{{ ]", expression);
                page.Contains(label, StringComparison.Ordinal).Should().BeTrue("{0} asks for {1}", expression, label);
            }
        }
    }

    /// <summary>Locks the table of the keys, probes a node, and returns the status of a request with a key.</summary>
    private async Task<int> ReadWhileStoreHangsAsync(string secret)
    {
        await using var connection = new NpgsqlConnection(topology.Database);
        await connection.OpenAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using var command = new NpgsqlCommand("LOCK TABLE api_keys IN ACCESS EXCLUSIVE MODE", connection, transaction);
        await command.ExecuteNonQueryAsync(Token);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(DeployFiles.ReadinessTimeout);
        using var ready = await topology.Node(0).GetAsync("/health/ready", patience.Token);
        var live = await topology.Node(0).GetStringAsync("/health/live", Token);

        (ready.StatusCode, await ready.TextAsync()).Should().Be((HttpStatusCode.OK, "Degraded"));
        live.Should().Be("Healthy");
        return await Topology.ReadAsync(Balancer, secret);
    }

    /// <summary>Counts the requests that a node answered since a position of the log.</summary>
    private int Served(int position, int node)
        => topology.Nginx.Log[position..].Split('\n')
            .Count(line => line.EndsWith(Repository.Invariant($" 127.0.0.1:{topology.Port(node)} 200"), StringComparison.Ordinal)
                || line.EndsWith(Repository.Invariant($" 127.0.0.1:{topology.Port(node)} 429"), StringComparison.Ordinal));
}
