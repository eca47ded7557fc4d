using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace HirePanda.ApiKeys.EntityFrameworkCore.Tests;

/// <summary>The limit of alerts of one kind that several processes raise over one database.</summary>
public sealed class AlertLimitNodeTests
{
    private static readonly DateTimeOffset _start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Raise_OnTwoNodesMoreThanTenOfAKind_FiresTenAndOneSum(string provider)
    {
        var database = await Database.NewAsync(provider);
        var time = new FakeTimeProvider(_start);
        await using var one = await AlertNodeTests.StartAsync(database, time);
        await using var other = await AlertNodeTests.StartAsync(database, time);
        for (var i = 0; i < 30; i++)
        {
            await RaiseSameKindAsync(i % 2 == 0 ? one : other, $"{i}");
        }

        // Another process starts and evaluates everything again.
        await using var restarted = await AlertNodeTests.StartAsync(database, time);
        for (var i = 0; i < 10; i++)
        {
            await RaiseSameKindAsync(restarted, $"{i}");
        }

        await restarted.Services.GetRequiredService<AlertSumWriter>().StopAsync(Token);
        (await AlertNodeTests.AlertsOf(one).ListAlertsAsync("acme", null, 100, Token))
            .Should().HaveCount(10, "all of them were stored");
        await one.Services.GetRequiredService<AlertSumWriter>().StopAsync(Token);
        await other.Services.GetRequiredService<AlertSumWriter>().StopAsync(Token);

        var alerts = await AlertNodeTests.AlertsOf(one).ListAlertsAsync("acme", null, 100, Token);
        alerts.Should().HaveCount(11);
        alerts.Should().ContainSingle(alert => alert.Message.StartsWith("10 more alerts of the kind"));

        static ValueTask<bool> RaiseSameKindAsync(App app, string cause)
            => app.Services.GetRequiredService<AlertRaiser>()
                .RaiseAsync("acme", ApiKeyAlertKinds.UnusualActivity, cause, "key", cause, null, Token);
    }
}
