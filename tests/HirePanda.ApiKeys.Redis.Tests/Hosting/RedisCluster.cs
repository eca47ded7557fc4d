using System.Globalization;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A Redis Cluster of three primaries.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16_384;

    private RedisCluster(RedisServer[] servers) => Servers = servers;

    public RedisServer[] Servers { get; }

    public string ConnectionString => string.Join(',', Servers.Select(server => server.ConnectionString));

    /// <summary>Starts the servers, and lets each serve a third of the slots.</summary>
    public static async Task<RedisCluster> StartAsync()
    {
        var ports = Enumerable.Range(0, 3).Select(_ => Repository.FreePort()).ToArray();
        var servers = await Task.WhenAll(ports.Select(port => RedisServer.StartAsync(
            "--cluster-enabled",
            "yes",
            "--cluster-port",
            port.ToString(CultureInfo.InvariantCulture),
            "--cluster-require-full-coverage",
            "no",
            "--cluster-node-timeout",
            "2000")));
        for (var i = 0; i < servers.Length; i++)
        {
            await servers[i].Admin.ExecuteAsync(
                "CLUSTER", "ADDSLOTSRANGE", Slots * i / servers.Length, (Slots * (i + 1) / servers.Length) - 1);
            await servers[0].Admin.ExecuteAsync("CLUSTER", "MEET", "127.0.0.1", servers[i].Port, ports[i]);
        }

        await Waiting.UntilAsync(async () =>
        {
            var infos = await Task.WhenAll(servers.Select(server => server.Admin.ExecuteAsync("CLUSTER", "INFO")));
            string[] ready = ["cluster_state:ok", "cluster_slots_ok:16384", "cluster_known_nodes:3"];
            return infos.All(info => Array.TrueForAll(ready, info.ToString().Contains));
        });
        return new RedisCluster(servers);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }
    }
}
