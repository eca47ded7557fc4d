using System.Net.Http.Headers;
using HirePanda.ApiKeys.EntityFrameworkCore.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Two processes of the sample with a PostgreSQL server, a Redis server, and an empty Redis replica.</summary>
internal sealed class FaultTopology : IAsyncDisposable
{
    private const string Unlimited = """[{"permits":1000000,"windowSeconds":1}]""";

    /// <summary>An app that does not run, which makes secrets.</summary>
    private readonly WebApplication _issuing;

    private FaultTopology(PostgresServer postgres, RedisServer redis, RedisServer replica, AppProcess[] nodes)
    {
        (Postgres, Redis, Replica, Nodes) = (postgres, redis, replica, nodes);
        var builder = WebApplication.CreateBuilder();
        builder.Services.AddHirePandaApiKeys();
        _issuing = builder.Build();
    }

    public PostgresServer Postgres { get; }

    public RedisServer Redis { get; }

    public RedisServer Replica { get; }

    public IReadOnlyList<AppProcess> Nodes { get; }

    /// <summary>Gets the secret of a key that manages keys.</summary>
    public string AdminSecret { get; private set; } = "";

    public static async Task<FaultTopology> StartAsync()
    {
        var postgres = await PostgresServer.StartAsync();
        var redis = await RedisServer.StartAsync();
        var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", "1");
        (string, string)[] settings =
        [
            ("ConnectionStrings__Postgres", postgres.ConnectionString),
            ("ConnectionStrings__Redis", $"{redis.ConnectionString},{replica.ConnectionString}"),
            ("ApiKeys__FailedAttempts__PerMinute", "1000000"),
        ];

        // One after the other, because the first one creates the tables and the first key.
        var first = await AppProcess.StartAsync(AppProcess.SampleDll, environment: settings);
        var second = await AppProcess.StartAsync(AppProcess.SampleDll, environment: settings);
        var topology = new FaultTopology(postgres, redis, replica, [first, second]);
        topology.AdminSecret = await topology.CreateKeyAsync(first.Secret, "admin");
        return topology;
    }

    /// <summary>Creates keys that no node has cached.</summary>
    public async Task<string[]> CreateKeysAsync(int count)
    {
        var secrets = new string[count];
        for (var i = 0; i < count; i++)
        {
            secrets[i] = await CreateKeyAsync(AdminSecret, "read");
        }

        return secrets;
    }

    /// <summary>Makes a well-formed secret that is not stored.</summary>
    public string MakeUnknownSecret() => _issuing.Services.GetRequiredService<ApiKeyIssuer>()
        .Issue("acme", new CreateApiKeyRequest { Name = "Unknown", Type = ApiKeyTypes.Production }).Secret;

    /// <summary>Determines whether both nodes report that nothing is missing.</summary>
    public async Task<bool> IsHealthyAsync()
    {
        foreach (var node in Nodes)
        {
            using var answer = await SendAsync(node, HttpMethod.Get, "/health/ready", secret: null);
            if (await answer.TextAsync() != "Healthy")
            {
                return false;
            }
        }

        return true;
    }

    public static async Task<HttpResponseMessage> SendAsync(
        AppProcess node, HttpMethod method, string path, string? secret, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = secret is null ? null : new AuthenticationHeaderValue("Bearer", secret);
        request.Content = body is null ? null : new StringContent(body, new MediaTypeHeaderValue("application/json"));
        return await node.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await Redis.DisposeAsync();
        await Replica.DisposeAsync();
        await Postgres.DisposeAsync();
        await _issuing.DisposeAsync();
    }

    private async Task<string> CreateKeyAsync(string secret, string tier)
    {
        using var created = await SendAsync(
            Nodes[0],
            HttpMethod.Post,
            "/api/v1/api-keys",
            secret,
            $$"""{"name":"Test","type":"production","tier":"{{tier}}","rateLimits":{{Unlimited}}}""");
        return (await created.JsonAsync()).GetProperty("secret").GetString()!;
    }
}
