using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.Tests;

/// <summary>A request that has waited for a Redis that hangs.</summary>
public sealed class LateDecisionTests
{
    [Fact]
    public async Task Request_ThatHasWaited_IsDecidedByTheTimeAfterTheWait()
    {
        await using var server = await RedisServer.StartAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = await RedisNode.StartAsync(server.ConnectionString, new InMemoryApiKeyStore(), time: time);
        var secret = (await node.IssueAsync(new RateLimit(2, TimeSpan.FromSeconds(1)))).Secret;
        await node.AdmitsAsync(secret);
        time.Advance(TimeSpan.FromSeconds(10));
        node.SharesLimits.Should().BeTrue();

        await server.HangAsync();
        var late = node.AdmitsAsync(secret);
        node.Services.GetRequiredService<RedisCircuit>().Open("other");
        time.Advance(TimeSpan.FromSeconds(0.99));
        var admitted = await node.AdmitsAsync(secret);
        time.Advance(TimeSpan.FromSeconds(0.01));

        admitted.Should().BeTrue();
        (await late).Should().BeTrue("one of two permits is left");
        await server.ContinueAsync();
    }
}
