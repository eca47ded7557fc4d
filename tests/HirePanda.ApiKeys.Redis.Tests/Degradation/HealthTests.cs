using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HirePanda.ApiKeys.Tests;

/// <summary>What the health check reports about Redis.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task Check_WithAndWithoutRedis_ReportsIt()
    {
        await using var server = await RedisServer.StartAsync();
        await using var node = await RedisNode.StartAsync(
            server.ConnectionString,
            new InMemoryApiKeyStore(),
            services: services => services.AddHealthChecks().AddHirePandaApiKeys());
        await Waiting.UntilAsync(async () => (await CheckAsync(node)).Status == HealthStatus.Healthy);

        await server.KillAsync();
        await node.AdmitsAsync((await node.IssueAsync()).Secret);
        var entry = await CheckAsync(node);
        await server.StartAgainAsync();

        entry.Status.Should().Be(HealthStatus.Degraded);
        entry.Data["redis"].Should().Be("Redis is unavailable for API keys.");
        await Waiting.UntilAsync(async () => (await CheckAsync(node)).Status == HealthStatus.Healthy, seconds: 5);
    }

    private static async Task<HealthReportEntry> CheckAsync(RedisNode node)
        => (await node.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken))
            .Entries["api_keys"];
}
