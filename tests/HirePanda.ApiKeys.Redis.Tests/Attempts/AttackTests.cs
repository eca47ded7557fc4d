using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Attempts with refused keys that a client spreads over two nodes.</summary>
public sealed class AttackTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int Threshold = 10;

    private static readonly IPAddress _client = IPAddress.Parse("203.0.113.7");

    [Fact]
    public async Task Attempts_OverTwoNodes_RaiseOneAlert()
    {
        var store = new InMemoryApiKeyStore();
        await using var first = await StartAsync(redis.Server, store);
        await using var second = await StartAsync(redis.Server, store);
        var (one, other) = (await RevokedAsync(first), await RevokedAsync(first));

        // Neither of the nodes sees as many as the threshold, and each sees another key.
        await TryAsync(first, one, Threshold - 2);
        await TryAsync(second, other, Threshold - 2);
        await Waiting.UntilAsync(async () => (await AlertsAsync(store)).Count > 0, seconds: 10);
        await TryAsync(first, one, 3 * Threshold);
        await TryAsync(second, other, 3 * Threshold);
        await CountedAsync(first);
        await CountedAsync(second);

        var alert = (await AlertsAsync(store)).Should().ContainSingle().Subject;
        alert.Kind.Should().Be(ApiKeyAlertKinds.FailedAuthentication);
        alert.Data!.Value.GetProperty("attempts").GetInt32().Should().BeInRange(Threshold, 2 * (Threshold - 2));
        alert.Data!.Value.GetProperty("client").GetString().Should().Be(_client.ToString());
    }

    [Fact]
    public async Task Attempts_OfSeveralClients_AreCountedForEach()
    {
        var store = new InMemoryApiKeyStore();
        await using var first = await StartAsync(redis.Server, store);
        await using var second = await StartAsync(redis.Server, store);
        var key = await RevokedAsync(first);

        for (byte i = 1; i < 50; i++)
        {
            await TryAsync(i % 2 == 0 ? first : second, key, 2, new IPAddress([198, 51, 100, i]));
        }

        await CountedAsync(first);
        await CountedAsync(second);
        (await AlertsAsync(store)).Should().BeEmpty();
    }

    [Fact]
    public async Task Attempts_WithoutRedis_AreCountedByEachNode()
    {
        await using var server = await RedisServer.StartAsync();
        var store = new InMemoryApiKeyStore();
        await using var node = await StartAsync(server, store);
        var key = await RevokedAsync(node);

        // No request asks for a limit, so only the attempts notice.
        await server.KillAsync();
        await Waiting.UntilAsync(
            async () =>
            {
                await TryAsync(node, key, 1);
                return (await AlertsAsync(store)).Count == 1;
            },
            seconds: 10);
        node.SharesLimits.Should().BeTrue();
    }

    private static Task<RedisNode> StartAsync(RedisServer server, InMemoryApiKeyStore store)
        => RedisNode.StartAsync(server.ConnectionString, store, services: services => services.Configure<ApiKeyOptions>(
            ApiKeyDefaults.AuthenticationScheme, options => options.FailedAttempts.AlertThreshold = Threshold));

    /// <summary>Waits until the node's attempts are counted.</summary>
    private static async Task CountedAsync(RedisNode node)
        => (await node.Services.GetRequiredService<SharedAttempts>().TryRunAsync(TestContext.Current.CancellationToken))
            .Should().BeTrue();

    private static async Task<string> RevokedAsync(RedisNode node)
    {
        var issued = await node.IssueAsync();
        var revoked = issued.Key with { RevokedAt = DateTimeOffset.UtcNow, Version = issued.Key.Version + 1 };
        await node.Services.GetRequiredService<InMemoryApiKeyStore>()
            .SaveAsync(new ApiKeyChangeSet { Updated = [revoked] }, TestContext.Current.CancellationToken);
        return issued.Secret;
    }

    private static async Task TryAsync(RedisNode node, string secret, int attempts, IPAddress? client = null)
    {
        for (var i = 0; i < attempts; i++)
        {
            var verdict = await node.Verifier.VerifyAsync(
                secret, new ApiKeyVerificationContext(client ?? _client), TestContext.Current.CancellationToken);
            verdict.Outcome.Should().Be(ApiKeyOutcome.Revoked);
        }
    }

    private static async Task<IReadOnlyList<ApiKeyAlert>> AlertsAsync(InMemoryApiKeyStore store)
        => await store.ListAlertsAsync("acme", openOnly: false, after: null, limit: 10, TestContext.Current.CancellationToken);
}
