using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HirePanda.ApiKeys.Benchmarks;

/// <summary>
/// Measures what a node costs Redis and PostgreSQL: for requests, for active keys, and while it is idle. Usage is stored after
/// a given number of requests instead of every ten seconds, so that the result does not depend on the speed of the machine.
/// </summary>
internal sealed class SizingBenchmark(RedisProcess redis, string database, DatabaseMeter meter)
{
    private const int Keys = 1_000;
    private const int Workspaces = 20;

    /// <summary>Half of the reads that a node makes at once for unknown keys. Above it, it answers 503.</summary>
    private const int Callers = 16;

    private const int Nodes = 10;
    private const int RequestsAtOnce = 1_000;

    private static readonly TimeSpan _idle = TimeSpan.FromSeconds(15);

    private readonly Random _random = new(7);
    private readonly double[] _shares = Shares();

    public static async Task RunAsync(int requests, IReadOnlyList<int> batches)
    {
        var server = Environment.GetEnvironmentVariable("HIREPANDA_POSTGRES") is { Length: > 0 } text
            ? text
            : throw new InvalidOperationException("HIREPANDA_POSTGRES is not set. Set it to the connection string of a server.");
        var name = $"bench_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        try
        {
            await using var redis = await RedisProcess.StartAsync();
            using var meter = new DatabaseMeter();
            var database = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
            await new SizingBenchmark(redis, database, meter).MeasureAsync(requests, batches);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private async Task MeasureAsync(int requests, IReadOnlyList<int> batches)
    {
        var nodes = new List<SizingNode>();
        try
        {
            foreach (var count in new[] { 1, Nodes })
            {
                while (nodes.Count < count)
                {
                    nodes.Add(await SizingNode.StartAsync(redis.ConnectionString, database, nodes.Count));
                }

                await IdleAsync(count);
            }

            Print($"{Keys} keys in {Workspaces} workspaces, chosen by Zipf's law, {SizingNode.Endpoints} endpoints, 2 % are 404");
            var secrets = await IssueAsync(nodes[0].Services);
            await ReadKeysAsync(nodes[0], secrets);
            foreach (var batch in batches)
            {
                await RequestsAsync(nodes[0], secrets, requests, batch);
            }

            await StoreAtOnceAsync(nodes, secrets);
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    /// <summary>Measures the first request of each key, which reads the key as every refresh of the cache does.</summary>
    private async Task ReadKeysAsync(SizingNode node, string[] secrets)
    {
        await StartAsync();
        foreach (var secret in secrets)
        {
            await node.SendAsync(secret, 0, 1);
        }

        Print($"a read of a key: {meter.TakeStatements(Keys)}, {meter.TakeBytes() / Keys} bytes");
        await StoreAsync<UsageFlusher>(node);
        Print($"Redis memory of a key: {await redis.GetMemoryAsync("hirepanda:limits:{key_*")} bytes");
        meter.TakeStatements(1);
        var time = await StoreAsync<LastUsedWriter>(node);
        Print($"last use, each minute and key: {meter.TakeStatements(Keys)}, {time.TotalMilliseconds / Keys:F2} ms");
    }

    /// <summary>Measures requests at one node.</summary>
    private async Task RequestsAsync(SizingNode node, string[] secrets, int requests, int batch)
    {
        var (size, log, rows, time) = (await UsageBytesAsync(), await LogBytesAsync(), 0L, TimeSpan.Zero);
        var flusher = node.Services.GetRequiredService<UsageFlusher>();
        flusher.Stored += Count;
        await StartAsync();
        for (var sent = 0; sent < requests; sent += batch)
        {
            await SendAsync(node, secrets, batch);
            time += await StoreAsync<UsageFlusher>(node);
        }

        flusher.Stored -= Count;
        var (statistics, millions) = (await redis.GetStatisticsAsync(), requests / 1e6);
        var calls = statistics.Commands.GetValueOrDefault("evalsha") / requests;
        Print($"{requests} requests, usage stored every {batch}, per million requests:");
        Print($"  Redis: {calls:F3} million calls of the script, {statistics.ScriptTime / requests:F1} s in the script");
        Print($"  Redis: {statistics.Received / requests:F0} MB in, {statistics.Sent / requests:F0} MB out");
        Print($"  usage: {rows / millions / 1e6:F2} million rows added or updated, {rows / time.TotalSeconds:F0} a second");
        Print($"  usage: {(await UsageBytesAsync() - size) / millions / 1e6:F0} MB of table and index");
        Print($"  database: {(await LogBytesAsync() - log) / millions / 1e6:F0} MB of log");
        Print($"  database: {meter.TakeBytes() / millions / 1e6:F0} MB on the network");

        void Count(ApiKeyUsageBatch stored) => rows += stored.Rows.Count;
    }

    /// <summary>Measures nodes that store usage of the same keys at the same time, so that they wait for each other.</summary>
    private async Task StoreAtOnceAsync(List<SizingNode> nodes, string[] secrets)
    {
        foreach (var node in nodes)
        {
            await SendAsync(node, secrets, RequestsAtOnce);
        }

        var rows = 0L;
        nodes.ForEach(node => node.Services.GetRequiredService<UsageFlusher>().Stored
            += batch => Interlocked.Add(ref rows, batch.Rows.Count));
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(nodes.Select(StoreAsync<UsageFlusher>));
        var time = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Print($"{nodes.Count} nodes store {RequestsAtOnce} requests each at once: {time:F1} s, {rows / time:F0} rows a second");
    }

    private Task SendAsync(SizingNode node, string[] secrets, int count)
        => Parallel.ForEachAsync(
            Enumerable.Range(0, count)
                .Select(_ => (Secret: secrets[Next()], Endpoint: _random.Next(SizingNode.Endpoints), Id: _random.Next(1_000)))
                .ToArray(),
            new ParallelOptions { MaxDegreeOfParallelism = Callers },
            async (request, _) => await node.SendAsync(request.Secret, request.Endpoint, request.Id));

    /// <summary>Measures what nodes do without requests.</summary>
    private async Task IdleAsync(int nodes)
    {
        await Task.Delay(TimeSpan.FromSeconds(3));
        await StartAsync();
        await Task.Delay(_idle);
        var unit = _idle.TotalSeconds * nodes;
        var statistics = await redis.GetStatisticsAsync();
        var commands = string.Join(", ", statistics.Commands.Select(
            command => string.Create(CultureInfo.InvariantCulture, $"{command.Key} {command.Value / unit:0.##}")));
        Print($"{nodes} idle {(nodes == 1 ? "node" : "nodes")}, per node and second:");
        Print($"  Redis: {commands}; {statistics.Received / unit:F0} bytes in, {statistics.Sent / unit:F0} bytes out");
        Print($"  database: {meter.TakeStatements(unit)}; {meter.TakeBytes() / unit:F0} bytes on the network");
        var connections = await ReadAsync("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'node %'");
        Print($"  {connections / (double)nodes:0.##} database connections of a node");
    }

    private async Task StartAsync()
    {
        await redis.ResetStatisticsAsync();
        meter.TakeStatements(1);
        meter.TakeBytes();
    }

    private static async Task<TimeSpan> StoreAsync<TJob>(SizingNode node)
        where TJob : BackgroundJob
    {
        var start = Stopwatch.GetTimestamp();
        return await node.Services.GetRequiredService<TJob>().TryRunAsync(CancellationToken.None)
            ? Stopwatch.GetElapsedTime(start)
            : throw new InvalidOperationException($"{typeof(TJob).Name} failed.");
    }

    private static async Task<string[]> IssueAsync(IServiceProvider services)
    {
        var issuer = services.GetRequiredService<ApiKeyIssuer>();
        var issued = Enumerable.Range(0, Keys).Select(i => issuer.Issue($"workspace-{i % Workspaces}", new CreateApiKeyRequest
        {
            Name = "CI",
            Type = ApiKeyTypes.Production,
            Tier = Scenario.Policy,
            AllowedNetworks = OurScenario.Networks,
            RateLimits = [new RateLimit(RateLimit.MaxPermits, TimeSpan.FromDays(1))],
        })).ToArray();
        await using var scope = services.CreateAsyncScope();
        var store = scope.ServiceProvider.GetRequiredService<IApiKeyManagementStore>();
        foreach (var workspace in issued.GroupBy(key => key.Key.Workspace))
        {
            await store.SaveAsync(
                new ApiKeyChangeSet { Added = [.. workspace.Select(key => key.Key)] }, CancellationToken.None);
        }

        return [.. issued.Select(key => key.Secret)];
    }

    /// <summary>Gets the share of all requests that the keys up to each key have: the n-th has a share of 1/n.</summary>
    private static double[] Shares()
    {
        var sum = 0.0;
        var shares = Enumerable.Range(1, Keys).Select(rank => sum += 1.0 / rank).ToArray();
        return [.. shares.Select(share => share / sum)];
    }

    private int Next()
    {
        var index = Array.BinarySearch(_shares, _random.NextDouble());
        return Math.Min(index < 0 ? ~index : index, Keys - 1);
    }

    private Task<long> UsageBytesAsync() => ReadAsync("SELECT pg_total_relation_size('api_key_usage')");

    private Task<long> LogBytesAsync() => ReadAsync("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint");

    private async Task<long> ReadAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private static void Print(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
