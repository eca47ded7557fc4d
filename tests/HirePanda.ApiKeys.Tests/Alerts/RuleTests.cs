using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Alerts that requests trigger.</summary>
public sealed class RuleTests
{
    private const string Operator = "operator";

    [Fact]
    public async Task Limit_FourFifthsUsed_FiresOnceADay()
    {
        await using var api = await AlertApi.StartAsync();
        var admin = api.Secret();
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Busy",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(10, TimeSpan.FromMinutes(1))],
            });
        for (var i = 0; i < 7; i++)
        {
            (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);

            // Like on a real clock, the limit recovers a little between two requests.
            api.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        (await FiredAsync(api, admin)).Should().BeEmpty();
        for (var i = 0; i < 5; i++)
        {
            await api.StatusAsync(secret);
        }

        var alert = (await FiredAsync(api, admin)).Should().ContainSingle().Subject;
        alert.Text("kind").Should().Be("rate_limit_approaching");
        alert.Text("keyId").Should().Be(key.Id);
        alert.Text("message").Should().Contain("Busy").And.Contain("8 of its 10");
        alert.GetProperty("data").GetRawText().Should().Be("""{"used":8,"permits":10,"windowSeconds":60}""");

        api.Time.Advance(TimeSpan.FromHours(11));
        await UseUpAsync();
        (await FiredAsync(api, admin)).Should().ContainSingle();
        api.Time.Advance(TimeSpan.FromHours(2));
        await UseUpAsync();
        (await FiredAsync(api, admin)).Should().HaveCount(2, "it is another day");

        async Task UseUpAsync()
        {
            for (var i = 0; i < 10; i++)
            {
                await api.StatusAsync(secret);
            }
        }
    }

    [Fact]
    public async Task Limit_ReachedWhileTheStoreIsUnavailable_FiresLater()
    {
        await using var api = await AlertApi.StartAsync();
        var admin = api.Secret();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Busy",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(2, TimeSpan.FromMinutes(1))],
            });
        api.Store.BeforeAlerts = () => throw new InvalidOperationException("away");
        await api.StatusAsync(secret);
        await api.StatusAsync(secret);
        await SettleAsync(api);
        api.Store.BeforeAlerts = () => { };

        (await FiredAsync(api, admin)).Should().ContainSingle();
    }

    [Fact]
    public async Task Stop_OfTheHost_RaisesWhatIsWaiting()
    {
        await using var api = await AlertApi.StartAsync();
        var (key, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "Busy",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(2, TimeSpan.FromMinutes(1))],
            });
        api.Store.BeforeAlerts = () => throw new InvalidOperationException("away");
        await api.StatusAsync(secret);
        await api.StatusAsync(secret);
        await SettleAsync(api);
        api.Store.BeforeAlerts = () => { };

        await api.Services.GetRequiredService<AlertWatch>().StopAsync(TestContext.Current.CancellationToken);

        (await api.Store.ListAlertsAsync(key.Workspace, null, 10, TestContext.Current.CancellationToken))
            .Should().ContainSingle();
    }

    [Fact]
    public async Task Limit_TheSecondOfTwo_IsTheOneThatIsNamed()
    {
        await using var api = await AlertApi.StartAsync(options => options.Alerts.RateLimitThreshold = 0.5);
        var admin = api.Secret();
        var (_, secret) = api.Issue(
            new CreateApiKeyRequest
            {
                Name = "x",
                Type = ApiKeyTypes.Production,
                RateLimits = [new RateLimit(100, TimeSpan.FromMinutes(1)), new RateLimit(4, TimeSpan.FromHours(1))],
            });
        await api.StatusAsync(secret);
        await api.StatusAsync(secret);

        (await FiredAsync(api, admin)).Should().ContainSingle().Which.GetProperty("data").GetRawText()
            .Should().Be("""{"used":2,"permits":4,"windowSeconds":3600}""");
    }

    [Fact]
    public async Task Failures_WithSecretsOfNoKey_AreTheOperators_MalformedOnesCountToo()
    {
        await using var api = await AlertApi.StartAsync(options => options.FailedAttempts.OperatorWorkspace = Operator);
        var (admin, operators) = (api.Secret(), OperatorSecret(api));
        for (var i = 0; i < 49; i++)
        {
            await api.GetAsync("/read", i % 2 == 0 ? api.UnknownSecret() : "hp_live_typo", "192.0.2.7");
        }

        await api.GetAsync("/read", null, "192.0.2.7");
        (await FiredAsync(api, operators)).Should().BeEmpty("49 attempts are not 50, and no credential is no attempt");
        await api.GetAsync("/read", "hp_live_typo", "::ffff:192.0.2.7");
        await api.GetAsync("/read", "hp_live_typo", "192.0.2.7");

        var alert = (await FiredAsync(api, operators)).Should().ContainSingle().Subject;
        alert.Text("kind").Should().Be("failed_authentication");
        alert.GetProperty("keyId").ValueKind.Should().Be(JsonValueKind.Null);
        alert.GetProperty("data").GetRawText().Should().Be("""{"client":"192.0.2.7","attempts":50,"windowSeconds":300}""");
        (await FiredAsync(api, admin)).Should().BeEmpty("they belong to no workspace");
    }

    [Fact]
    public async Task Failures_WithTokensThatNoSchemeTakes_CountToo()
    {
        await using var api = await AlertApi.StartAsync(options => options.FailedAttempts.OperatorWorkspace = Operator);
        var operators = OperatorSecret(api);
        for (var i = 0; i < 50; i++)
        {
            (await api.GetAsync("/read", $"guess-{i}", "192.0.2.8")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }

        (await FiredAsync(api, operators)).Should().ContainSingle().Which.GetProperty("data").Text("client")
            .Should().Be("192.0.2.8");
    }

    [Fact]
    public async Task Failures_SpreadOverMoreThanFiveMinutes_FireNothing()
    {
        await using var api = await AlertApi.StartAsync(options => options.FailedAttempts.OperatorWorkspace = Operator);
        var operators = OperatorSecret(api);
        for (var i = 0; i < 200; i++)
        {
            await api.GetAsync("/read", "hp_live_typo", "192.0.2.7");
            api.Time.Advance(TimeSpan.FromSeconds(6.2));
        }

        (await FiredAsync(api, operators)).Should().BeEmpty();
    }

    [Fact]
    public async Task Failures_AgainstAKnownKey_AreItsWorkspaces()
    {
        await using var api = await AlertApi.StartAsync(options => options.FailedAttempts.OperatorWorkspace = Operator);
        var (admin, operators) = (api.Secret(), OperatorSecret(api));
        var (revoked, leaked) = api.Issue(change: key => key with { RevokedAt = TestApi.Start.AddDays(-1) });
        var (listed, elsewhere) = api.Issue(
            new CreateApiKeyRequest { Name = "x", Type = ApiKeyTypes.Production, AllowedNetworks = ["10.0.0.0/8"] });
        for (var i = 0; i < 50; i++)
        {
            await api.GetAsync("/read", leaked, "2001:db8:1:2::" + i.ToString("x"));
            await api.GetAsync("/read", elsewhere, "192.0.2.9");
        }

        var alerts = await FiredAsync(api, admin);
        alerts.Select(alert => (alert.Text("keyId"), alert.GetProperty("data").Text("client"))).Should().BeEquivalentTo(
            [(revoked.Id, "2001:db8:1:2::/64"), (listed.Id, "192.0.2.9")]);
        (await FiredAsync(api, operators)).Should().BeEmpty();
    }

    [Fact]
    public async Task Failures_OfManyClientsInAnHour_AreTenAlertsAndOneSum()
    {
        await using var api = await AlertApi.StartAsync(
            options => (options.FailedAttempts.OperatorWorkspace, options.FailedAttempts.AlertThreshold) = (Operator, 2));
        var operators = OperatorSecret(api);
        for (var client = 1; client <= 25; client++)
        {
            await api.GetAsync("/read", "hp_live_typo", $"192.0.2.{client}");
            await api.GetAsync("/read", "hp_live_typo", $"192.0.2.{client}");
        }

        (await FiredAsync(api, operators, limit: 200)).Should().HaveCount(10);
        api.Time.Advance(TimeSpan.FromHours(1));

        var alerts = await FiredAsync(api, operators, limit: 200);
        alerts.Should().HaveCount(11);
        alerts[0].Text("message").Should().StartWith("15 more clients");
        alerts[0].GetProperty("data").GetRawText().Should().Be("""{"clients":15,"attempts":30,"from":"2026-11-24T12:00Z"}""");
    }

    [Fact]
    public async Task Failures_OfOneClientAgainstDifferentWorkspaces_AreCountedApart()
    {
        await using var api = await AlertApi.StartAsync(
            options => (options.FailedAttempts.OperatorWorkspace, options.FailedAttempts.AlertThreshold) = (Operator, 2));
        var (admin, operators) = (api.Secret(), OperatorSecret(api));
        var revoked = api.Issue(change: key => key with { RevokedAt = TestApi.Start }).Secret;

        await api.GetAsync("/read", "hp_live_typo");
        await api.GetAsync("/read", revoked);
        (await FiredAsync(api, operators)).Should().BeEmpty();
        (await FiredAsync(api, admin)).Should().BeEmpty();

        await api.GetAsync("/read", "hp_live_typo");
        (await FiredAsync(api, operators)).Should().ContainSingle();
        (await FiredAsync(api, admin)).Should().BeEmpty();
    }

    [Fact]
    public async Task Failures_WhenThereIsNoOperator_FireNothing()
    {
        await using var api = await AlertApi.StartAsync(options => options.FailedAttempts.AlertThreshold = 2);
        var admin = api.Secret();
        for (var i = 0; i < 10; i++)
        {
            await api.GetAsync("/read", "hp_live_typo");
        }

        (await FiredAsync(api, admin)).Should().BeEmpty();
    }

    [Fact]
    public async Task Country_ThatAKeyInUseWasNeverUsedFrom_FiresOnce()
    {
        await using var api = await AlertApi.StartAsync(options => options.Usage.CountryHeaderName = "X-Country");
        var admin = api.Secret();
        var (key, secret) = api.Issue();
        await UseAsync("DE");
        await UseAsync("FR");
        (await FiredAsync(api, admin)).Should().BeEmpty("a key that was just made has no habits");
        api.Time.Advance(TimeSpan.FromDays(3));
        await UseAsync("DE");
        await UseAsync("XX");
        (await FiredAsync(api, admin)).Should().BeEmpty();

        await UseAsync("BR");
        await UseAsync("BR");
        var alert = (await FiredAsync(api, admin)).Should().ContainSingle().Subject;
        alert.Text("kind").Should().Be("unusual_activity");
        alert.Text("keyId").Should().Be(key.Id);
        alert.GetProperty("data").GetRawText().Should().Be("""{"country":"BR"}""");
        api.Time.Advance(TimeSpan.FromDays(1));
        await UseAsync("BR");
        (await FiredAsync(api, admin)).Should().ContainSingle("BR is known by now");

        async Task UseAsync(string country)
        {
            await api.SendAsync(HttpMethod.Get, "/read", secret, change: request => request.Headers.Add("X-Country", country));
            await FlushAsync(api);
        }
    }

    [Fact]
    public async Task Activity_WithAStoreThatFails_DoesNotAffectRequests()
    {
        await using var api = await AlertApi.StartAsync();
        var secret = api.Secret();
        api.Store.BeforeSum = () => throw new InvalidOperationException("away");
        await api.StatusAsync(secret);

        await FlushAsync(api);

        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("could not be checked"));
        (await api.StatusAsync(secret)).Should().Be(HttpStatusCode.OK);
    }

    private static async Task<IReadOnlyList<JsonElement>> FiredAsync(TestApi api, string secret, int limit = 50)
    {
        await SettleAsync(api);
        using var response = await api.GetAsync($"{AlertApi.Alerts}?limit={limit}", secret);
        return [.. (await response.JsonAsync()).GetProperty("items").EnumerateArray()];
    }

    private static async Task FlushAsync(TestApi api)
    {
        await api.QuietAsync();
        (await api.Services.GetRequiredService<UsageFlusher>().TryRunAsync(TestContext.Current.CancellationToken))
            .Should().BeTrue();
        await SettleAsync(api);
    }

    private static async Task SettleAsync(TestApi api)
    {
        await api.Services.GetRequiredService<AlertWatch>().TryRunAsync(TestContext.Current.CancellationToken);
        await api.Services.GetRequiredService<ActivityWatch>().TryRunAsync(TestContext.Current.CancellationToken);
        await api.Services.GetRequiredService<AlertSumWriter>().TryRunAsync(TestContext.Current.CancellationToken);
    }

    private static string OperatorSecret(TestApi api)
    {
        var (key, secret) = api.Services.GetRequiredService<ApiKeyIssuer>()
            .Issue(Operator, new CreateApiKeyRequest { Name = "Operator", Type = ApiKeyTypes.Production });
        api.Store.Add(key);
        return secret;
    }
}
