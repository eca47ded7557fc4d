using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

public sealed class AlertTests
{
    [Fact]
    public async Task Raise_OnceForACause_IsListedAndLogged()
    {
        await using var api = await AlertApi.StartAsync();
        var (key, secret) = api.Issue();
        var data = JsonDocument.Parse("""{"n":1,"who":"Übung"}""").RootElement;

        (await api.RaiseAsync("a", keyId: key.Id, message: "Much happened", data: data)).Should().BeTrue();
        (await api.RaiseAsync("a", keyId: key.Id)).Should().BeFalse();

        using var response = await api.GetAsync(AlertApi.Alerts, secret);
        var id = (await response.JsonAsync()).GetProperty("items")[0].Text("id");
        id.Should().MatchRegex("^alr_[0-9a-f]{32}$");
        (await response.TextAsync()).Should().Be(
            $$$"""{"items":[{"id":"{{{id}}}","kind":"unusual_activity","keyId":"{{{key.Id}}}","message":"Much """
            + """happened","raisedAt":"2026-11-24T12:00:00Z","acknowledgedAt":null,"data":"""
            + """{"n":1,"who":"Übung"}}],"nextCursor":null}""");
        api.Logs.Ours.Should().ContainSingle(entry => entry.Level == LogLevel.Warning && entry.Text.Contains("Much happened"));
        api.Store.AlertsAdded.Should().Be(1, "this process does not read alerts again that it knows are stored");
    }

    [Fact]
    public async Task Raise_ManyAtOnce_FiresOne()
    {
        await using var api = await AlertApi.StartAsync();
        var secret = api.Secret();

        var fired = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await api.RaiseAsync("same"))));

        fired.Should().ContainSingle(isFired => isFired);
        (await api.AlertsAsync(secret)).Should().ContainSingle();
    }

    [Fact]
    public async Task Raise_StoreThatFails_IsFalseAndLoggedOnceAMinute()
    {
        await using var api = await AlertApi.StartAsync();
        await api.SenderAsync();
        api.Store.BeforeAlerts = () => throw new InvalidOperationException("away");

        (await api.RaiseAsync("a")).Should().BeFalse();
        (await api.RaiseAsync("b")).Should().BeFalse();
        Failures().Should().Be(1);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        (await api.RaiseAsync("c")).Should().BeFalse();
        Failures().Should().Be(2);

        api.Store.BeforeAlerts = () => { };
        (await api.RaiseAsync("a")).Should().BeTrue("it was never stored");

        int Failures() => api.Logs.Ours.Count(entry => entry.Level == LogLevel.Error && entry.Text.Contains("was not raised"));
    }

    [Fact]
    public async Task Raise_StoreThatKeepsNoAlerts_IsFalseAndSaysWhatItLacks()
    {
        await using var api = await TestApi.StartAsync(
            withStore: false,
            services: builder => builder.Services.AddSingleton(new InMemoryApiKeyStore()).AddHirePandaApiKeys()
                .AddStore<NoAlerts>(),
            app: app => app.MapHirePandaApiKeys(ManagementApi.Keys));

        (await api.RaiseAsync("a")).Should().BeFalse();
        await api.ScanAsync();

        api.Logs.Ours.Should().ContainSingle(entry => entry.Text.Contains("IApiKeyAlertStore"));
    }

    [Fact]
    public async Task Endpoints_StoreThatKeepsNoAlerts_Are503AndTheLogNamesWhatItLacks()
    {
        var inner = new InMemoryApiKeyStore();
        await using var api = await TestApi.StartAsync(
            withStore: false,
            services: builder => builder.Services.AddSingleton(inner).AddHirePandaApiKeys().AddStore<NoAlerts>(),
            app: app => app.MapHirePandaApiKeys(ManagementApi.Keys));
        var (key, secret) = api.Services.GetRequiredService<ApiKeyIssuer>()
            .Issue("acme", new CreateApiKeyRequest { Name = "Admin", Type = ApiKeyTypes.Production });
        await inner.SaveAsync(new ApiKeyChangeSet { Added = [key] }, TestContext.Current.CancellationToken);

        foreach (var path in new[] { AlertApi.Alerts, AlertApi.Webhooks })
        {
            using var response = await api.GetAsync(path, secret);
            response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            (await response.CodeAsync()).Should().Be("service_unavailable");
        }

        api.Logs.Ours.Should().Contain(entry => entry.Text.Contains("IApiKeyAlertStore") && entry.Text.Contains("NoAlerts"));
    }

    [Fact]
    public async Task Sinks_OfTheHost_GetEachAlertOnceAndFailuresDoNotMatter()
    {
        var kept = new Kept();
        await using var api = await AlertApi.StartAsync(services: builder => builder.Services.AddSingleton(kept)
            .AddHirePandaApiKeys().AddAlertSink<Throwing>().AddAlertSink<Keeping>(ServiceLifetime.Scoped));

        (await api.RaiseAsync("a", message: "One")).Should().BeTrue();
        (await api.RaiseAsync("a", message: "Two")).Should().BeFalse();

        kept.Alerts.Should().ContainSingle().Which.Message.Should().Be("One");
        api.Logs.Ours.Should()
            .ContainSingle(
                entry => entry.Level == LogLevel.Error && entry.Text.Contains("IApiKeyAlertSink")
                    && entry.Text.Contains("no mail today"));
    }

    [Fact]
    public async Task List_ManyAlerts_PagesThroughEachOnceNewestFirst()
    {
        await using var api = await AlertApi.StartAsync();
        var secret = api.Secret();
        for (var i = 0; i < 20; i++)
        {
            await api.RaiseAsync($"{i}", message: $"{i}", kind: $"kind {i}");
            api.Time.Advance(TimeSpan.FromSeconds(i % 3));
        }

        var seen = new List<JsonElement>();
        string? cursor = null;
        do
        {
            using var response = await api.GetAsync(
                $"{AlertApi.Alerts}?limit=6{(cursor is null ? "" : $"&cursor={cursor}")}", secret);
            var page = await response.JsonAsync();
            seen.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        seen.Select(alert => alert.Text("id")).Should().OnlyHaveUniqueItems().And.HaveCount(20);
        seen.Select(alert => alert.GetProperty("raisedAt").GetDateTimeOffset()).Should().BeInDescendingOrder();
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    public async Task List_BadPage_NamesTheField(string query, string field)
    {
        await using var api = await AlertApi.StartAsync();
        var secret = api.Secret();

        foreach (var path in new[] { AlertApi.Alerts, AlertApi.Webhooks })
        {
            using var response = await api.GetAsync($"{path}?{query}", secret);
            response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await response.FieldsAsync()).Should().Equal(field);
        }
    }

    [Fact]
    public async Task Acknowledge_Twice_KeepsTheFirstTimeAndIsAuditedOnce()
    {
        await using var api = await AlertApi.StartAsync();
        var secret = api.Secret();
        await api.RaiseAsync("a");
        var id = (await api.AlertsAsync(secret)).Single().Text("id");

        api.Time.Advance(TimeSpan.FromSeconds(5));
        using var first = await api.PostAsync($"/alerts/{id}/acknowledge", secret);
        api.Time.Advance(TimeSpan.FromSeconds(5));
        using var second = await api.PostAsync($"/alerts/{id}/acknowledge", api.Secret(), new { });

        first.StatusCode.Should().Be(HttpStatusCode.OK);
        (await first.JsonAsync()).Text("acknowledgedAt").Should().Be("2026-11-24T12:00:05Z");
        (await second.TextAsync()).Should().Be(await first.TextAsync());
        (await api.AlertsAsync(secret)).Single().Text("acknowledgedAt").Should().Be("2026-11-24T12:00:05Z");
        var audit = (await api.ItemsAsync(ManagementApi.Keys + "/audit", secret)).Single();
        audit.Text("action").Should().Be("alert.acknowledge");
        audit.GetProperty("after").Text("id").Should().Be(id);
    }

    [Fact]
    public async Task Alerts_OfAnotherWorkspace_AreNeitherSeenNorAcknowledged()
    {
        await using var api = await AlertApi.StartAsync();
        var (secret, other) = (api.Secret(), api.OtherWorkspace());
        await api.RaiseAsync("a");
        var id = (await api.AlertsAsync(secret)).Single().Text("id");

        (await api.AlertsAsync(other)).Should().BeEmpty();
        foreach (var (caller, path) in new[] { (other, id), (secret, "alr_nobody's") })
        {
            using var response = await api.PostAsync($"/alerts/{path}/acknowledge", caller);
            response.StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await response.CodeAsync()).Should().Be("not_found");
        }

        (await api.AlertsAsync(secret)).Single().GetProperty("acknowledgedAt").ValueKind.Should().Be(JsonValueKind.Null);
        (await api.ItemsAsync(ManagementApi.Keys + "/audit", other)).Should().ContainSingle().Which.Text("action")
            .Should().Be("alert.acknowledge.refused");
    }

    [Fact]
    public async Task Alerts_KeyWithoutTheRight_IsRefused()
    {
        await using var api = await AlertApi.StartAsync();
        var secret = api.Secret("write");

        foreach (var path in new[] { AlertApi.Alerts, AlertApi.Webhooks })
        {
            (await api.StatusAsync(secret, path)).Should().Be(HttpStatusCode.Forbidden);
        }
    }

    private sealed class Kept
    {
        public List<ApiKeyAlert> Alerts { get; } = [];
    }

    private sealed class Keeping(Kept kept) : IApiKeyAlertSink
    {
        public ValueTask SendAsync(ApiKeyAlert alert, CancellationToken cancellationToken)
        {
            kept.Alerts.Add(alert);
            return default;
        }
    }

    private sealed class Throwing : IApiKeyAlertSink
    {
        public ValueTask SendAsync(ApiKeyAlert alert, CancellationToken cancellationToken)
            => throw new InvalidOperationException("no mail today");
    }

    /// <summary>A management store that does not support alerts.</summary>
    private sealed class NoAlerts(InMemoryApiKeyStore inner) : IApiKeyStore, IApiKeyManagementStore
    {
        public ValueTask<ApiKey?> FindByHashAsync(IReadOnlyList<ApiKeyHash> hashes, CancellationToken cancellationToken)
            => inner.FindByHashAsync(hashes, cancellationToken);

        public ValueTask<ApiKey?> GetKeyAsync(string workspace, string id, CancellationToken cancellationToken)
            => inner.GetKeyAsync(workspace, id, cancellationToken);

        public ValueTask<IReadOnlyList<ApiKey>> ListKeysAsync(ApiKeyQuery query, CancellationToken cancellationToken)
            => inner.ListKeysAsync(query, cancellationToken);

        public ValueTask<IReadOnlyList<ApiKey>> ListReminderKeysAsync(
            ApiKeyReminderQuery query, CancellationToken cancellationToken)
            => inner.ListReminderKeysAsync(query, cancellationToken);

        public ValueTask<ApiKeyWorkspace?> GetWorkspaceAsync(string workspace, CancellationToken cancellationToken)
            => inner.GetWorkspaceAsync(workspace, cancellationToken);

        public ValueTask<IReadOnlyList<ApiKeyAuditEntry>> ListAuditAsync(
            ApiKeyAuditQuery query, CancellationToken cancellationToken)
            => inner.ListAuditAsync(query, cancellationToken);

        public ValueTask<ApiKeySaveResult> SaveAsync(ApiKeyChangeSet change, CancellationToken cancellationToken)
            => inner.SaveAsync(change, cancellationToken);

        public ValueTask<IReadOnlyDictionary<string, string>> GetKeyNamesAsync(
            string workspace, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
            => inner.GetKeyNamesAsync(workspace, ids, cancellationToken);

        public ValueTask SaveLastUsedAsync(
            IReadOnlyDictionary<string, DateTimeOffset> lastUsed, CancellationToken cancellationToken)
            => inner.SaveLastUsedAsync(lastUsed, cancellationToken);
    }
}
