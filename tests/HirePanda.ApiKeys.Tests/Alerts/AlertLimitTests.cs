using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The limit of alerts of one kind for each workspace, and the summary of the rest.</summary>
public sealed class AlertLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failures_OfManyClientsAgainstOneKey_AreTenAlertsAndOneSum()
    {
        await using var api = await AlertApi.StartAsync(options => options.FailedAttempts.AlertThreshold = 2);
        var (admin, elsewhere) = (
            api.Secret(),
            api.Issue(new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, AllowedNetworks = ["10.0.0.0/8"] })
                .Secret);
        for (var client = 0; client < 300; client++)
        {
            for (var i = 0; i < 2; i++)
            {
                (await api.GetAsync("/read", elsewhere, $"198.51.{client / 250}.{client % 250}")).StatusCode.Should()
                    .Be(HttpStatusCode.Forbidden);
            }
        }

        (await FiredAsync(api, admin)).Should().HaveCount(10);
        api.Time.Advance(TimeSpan.FromHours(1));

        var alerts = await FiredAsync(api, admin);
        alerts.Should().HaveCount(11);
        alerts[0].Text("kind").Should().Be("failed_authentication");
        alerts[0].Text("message").Should().StartWith("290 more clients");
        alerts[0].GetProperty("data").GetRawText().Should().Be("""{"clients":290,"attempts":580,"from":"2026-11-24T12:00Z"}""");
    }

    [Fact]
    public async Task Alerts_OfEveryKindAndWorkspace_HaveALimitOfTheirOwn()
    {
        await using var api = await AlertApi.StartAsync();
        var (admin, other) = (api.Secret(), api.OtherWorkspace());
        for (var i = 0; i < 15; i++)
        {
            await api.RaiseAsync($"a{i}", keyId: $"key{i}");
            await api.RaiseAsync($"a{i}", keyId: $"key{i}");
            await api.RaiseAsync($"b{i}", kind: ApiKeyAlertKinds.KeyExpiring);
            await api.RaiseAsync($"c{i}", workspace: "other");
        }

        await api.RaiseAsync("a0");
        (await FiredAsync(api, admin)).Should().HaveCount(20);
        (await FiredAsync(api, other)).Should().HaveCount(10);
        api.Time.Advance(TimeSpan.FromHours(1));

        var alerts = await FiredAsync(api, admin);
        alerts.Should().HaveCount(22);
        alerts.Where(alert => alert.Text("message").StartsWith("5 more alerts")).Select(alert => alert.Text("kind"))
            .Should().BeEquivalentTo("unusual_activity", "key_expiring");
        alerts[0].GetProperty("data").GetRawText().Should().Be("""{"alerts":5,"from":"2026-11-24T12:00Z"}""");
        (await FiredAsync(api, other)).Should().HaveCount(11);
        for (var i = 0; i < 15; i++)
        {
            (await api.RaiseAsync($"a{i}")).Should().BeFalse("it was part of the sum");
        }
    }

    [Fact]
    public async Task Stop_OfTheHost_RaisesTheSumsOfTheHour()
    {
        await using var api = await AlertApi.StartAsync(options => options.FailedAttempts.AlertThreshold = 2);
        var (key, elsewhere) = api.Issue(
            new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, AllowedNetworks = ["10.0.0.0/8"] });
        for (var i = 0; i < 24; i++)
        {
            (await api.GetAsync("/read", elsewhere, $"198.51.100.{i / 2}")).Dispose();
        }

        await api.Services.GetRequiredService<IHost>().StopAsync(Token);

        (await api.Store.ListAlertsAsync(key.Workspace, null, 20, Token)).Should().HaveCount(11)
            .And.ContainSingle(alert => alert.Message.StartsWith("2 more clients"));
    }

    [Fact]
    public async Task Sum_WhileTheStoreIsUnavailable_IsRaisedLater()
    {
        await using var api = await AlertApi.StartAsync();
        var admin = api.Secret();
        for (var i = 0; i < 12; i++)
        {
            await api.RaiseAsync($"{i}");
        }

        api.Time.Advance(TimeSpan.FromHours(1));
        api.Store.BeforeAlerts = () => throw new InvalidOperationException("away");
        await api.Services.GetRequiredService<AlertSumWriter>().TryRunAsync(Token);
        api.Store.BeforeAlerts = () => { };

        (await FiredAsync(api, admin)).Should().HaveCount(11);
    }

    private static async Task<IReadOnlyList<JsonElement>> FiredAsync(TestApi api, string secret)
    {
        await api.Services.GetRequiredService<AlertWatch>().TryRunAsync(Token);
        await api.Services.GetRequiredService<AlertSumWriter>().TryRunAsync(Token);
        return await api.ItemsAsync($"{AlertApi.Alerts}?limit=200", secret);
    }
}
