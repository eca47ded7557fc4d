using System.Net.Http.Headers;
using System.Text.Json;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What <c>deploy/compose.yml</c> starts, as processes: two nodes, PostgreSQL, Redis, and nginx.</summary>
public sealed class Topology : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly AppProcess?[] _nodes = new AppProcess?[2];
    private readonly int[] _ports = [Repository.FreePort(), Repository.FreePort()];
    private (string Name, string Value)[] _settings = [];

    /// <summary>Gets the connection string of the nodes' database.</summary>
    public string Database { get; private set; } = "";

    /// <summary>Gets the secret of the administrator, which the first start printed.</summary>
    public string Secret { get; private set; } = "";

    internal RedisServer Redis { get; private set; } = null!;

    internal NginxServer Nginx { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Redis = await RedisServer.StartAsync();
        var postgres = await SampleDatabase.NewAsync("postgres");
        Database = postgres.Value;
        _settings =
        [
            postgres,
            ("ConnectionStrings__Redis", Redis.ConnectionString),

            // Other tests on the machine must not look like an outage.
            ("Redis__Timeout", "00:00:01"),

            // In the compose file, this is the address of nginx.
            ("TrustedProxies__0", "127.0.0.1"),
        ];
        await StartNodeAsync(0);
        Secret = _nodes[0]!.Secret;
        await StartNodeAsync(1);
        Nginx = await NginxServer.StartAsync(_ports[0], _ports[1]);
    }

    public async ValueTask DisposeAsync()
    {
        if (Nginx is not null)
        {
            await Nginx.DisposeAsync();
        }

        for (var i = 0; i < _nodes.Length; i++)
        {
            await EndAsync(i);
        }

        if (Redis is not null)
        {
            await Redis.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Gets the client of a node, which does not go through nginx.</summary>
    internal HttpClient Node(int index) => _nodes[index]!.Client;

    internal int Port(int index) => _ports[index];

    internal async Task StartNodeAsync(int index)
    {
        _nodes[index] = await AppProcess.StartAsync(
            AppProcess.SampleDll,
            _folder.Path,
            address: Repository.Invariant($"http://127.0.0.1:{_ports[index]}"),
            environment: _settings);
    }

    /// <summary>Kills a node (SIGKILL), like a crash.</summary>
    internal async Task KillNodeAsync(int index)
    {
        await _nodes[index]!.KillAsync();
        await EndAsync(index);
    }

    /// <summary>Creates a key and returns its id and secret.</summary>
    /// <param name="client">The client that asks for it.</param>
    /// <param name="members">Members of the request in addition to name and type, such as <c>,"rateLimits":[…]</c>.</param>
    internal async Task<(string Id, string Secret)> CreateKeyAsync(HttpClient client, string members = "")
    {
        using var response = await SendAsync(
            client, HttpMethod.Post, "api-keys", Secret, $$"""{"name":"Test","type":"ci"{{members}}}""");
        var key = await response.JsonAsync();
        return (key.GetProperty("id").GetString()!, key.GetProperty("secret").GetString()!);
    }

    internal async Task<JsonElement> CallAsync(HttpMethod method, string path, string? body = null)
    {
        using var response = await SendAsync(Nginx.Client, method, path, Secret, body);
        response.IsSuccessStatusCode.Should().BeTrue("{0} {1} returned {2}", method, path, await response.TextAsync());
        return await response.JsonAsync();
    }

    internal static Task<int> ReadAsync(HttpClient client, string secret, params (string Name, string Value)[] headers)
        => StatusAsync(client, HttpMethod.Get, "jobs", secret, headers);

    internal static async Task<int> StatusAsync(
        HttpClient client, HttpMethod method, string path, string secret, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(client, method, path, secret, body: null, headers);
        return (int)response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string secret,
        string? body,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        request.Content = body is null ? null : new StringContent(body, new MediaTypeHeaderValue("application/json"));
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task EndAsync(int index)
    {
        if (_nodes[index] is { } node)
        {
            await node.DisposeAsync();
            _nodes[index] = null;
        }
    }
}
