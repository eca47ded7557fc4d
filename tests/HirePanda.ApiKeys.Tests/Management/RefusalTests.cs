using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HirePanda.ApiKeys.Tests;

/// <summary>Refused attempts and their audit entries.</summary>
public sealed class RefusalTests
{
    private const string Audit = ManagementApi.Keys + "/audit?limit=200";

    [Theory]
    [InlineData("GET", "", "key.read.refused")]
    [InlineData("GET", "/endpoints", "key.read.refused")]
    [InlineData("PATCH", "", "key.update.refused")]
    [InlineData("POST", "/rotate", "key.rotate.refused")]
    [InlineData("POST", "/revoke", "key.revoke.refused")]
    public async Task Calls_AboutAnotherWorkspacesKey_AreNotFoundAndAudited(string method, string path, string action)
    {
        await using var api = await ManagementApi.StartAsync();
        var (foreign, _) = api.Issue();
        var other = api.OtherWorkspace();

        using var response = await api.SendAsync(
            new HttpMethod(method), $"{ManagementApi.Keys}/{foreign.Id}{path}", other, method == "GET" ? null : "{}");

        response.StatusCode.Should().Be(HttpStatusCode.NotFound);
        var entry = (await api.ItemsAsync(ManagementApi.Keys + "/audit", other)).Should().ContainSingle().Which;
        entry.Text("action").Should().Be(action);
        entry.Text("keyId").Should().Be(foreign.Id);
        (await api.ItemsAsync(ManagementApi.Keys + "/audit", api.Secret()))
            .Should().BeEmpty("the attempt belongs to the workspace that made it");
    }

    [Theory]
    [InlineData("POST", "", "key.create.refused")]
    [InlineData("GET", "", "key.read.refused")]
    [InlineData("HEAD", "/{id}", "key.read.refused")]
    [InlineData("PATCH", "/{id}", "key.update.refused")]
    [InlineData("POST", "/{id}/rotate", "key.rotate.refused")]
    [InlineData("POST", "/{id}/revoke", "key.revoke.refused")]
    [InlineData("POST", "/revoke-all", "key.revoke.refused")]
    [InlineData("GET", "/ip-allowlist", "allowlist.read.refused")]
    [InlineData("PUT", "/ip-allowlist", "allowlist.update.refused")]
    [InlineData("POST", "/find", "key.find.refused")]
    [InlineData("POST", "/ip-allowlist/test", "allowlist.read.refused")]
    [InlineData("GET", "/catalog", "catalog.read.refused")]
    [InlineData("GET", "/{id}/endpoints", "key.read.refused")]
    [InlineData("GET", "/audit", "audit.read.refused")]
    [InlineData("GET", "/usage", "usage.read.refused")]
    [InlineData("GET", "/alerts", "alert.read.refused")]
    [InlineData("POST", "/alerts/x/acknowledge", "alert.acknowledge.refused")]
    [InlineData("GET", "/webhooks", "webhook.read.refused")]
    [InlineData("POST", "/webhooks", "webhook.create.refused")]
    [InlineData("GET", "/webhooks/x", "webhook.read.refused")]
    [InlineData("DELETE", "/webhooks/x", "webhook.delete.refused")]
    public async Task Call_WithoutThePermission_IsAudited(string method, string path, string action)
    {
        await using var api = await ManagementApi.StartAsync();
        var (key, secret) = api.Issue(new CreateApiKeyRequest { Name = "Reader", Type = ApiKeyTypes.Production, Tier = "write" });

        using var response = await api.SendAsync(
            new HttpMethod(method), ManagementApi.Keys + path.Replace("{id}", key.Id), secret, address: "192.0.2.7");

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var entry = (await api.ItemsAsync(Audit, api.Secret())).Should().ContainSingle().Which;
        entry.Text("action").Should().Be(action);
        entry.Text("actor").Should().Be(key.Id);
        entry.Text("address").Should().Be("192.0.2.7");
        entry.GetProperty("keyId").GetString().Should().Be(path.Contains("{id}") ? key.Id : null);
        (await api.ItemsAsync(Audit, api.OtherWorkspace())).Should().BeEmpty();
    }

    [Fact]
    public async Task Call_WithoutAKeyOrToElsewhere_IsNotAudited()
    {
        await using var api = await ManagementApi.StartAsync();

        (await api.StatusAsync(api.UnknownSecret(), ManagementApi.Keys)).Should().Be(HttpStatusCode.Unauthorized);
        (await api.StatusAsync(api.Secret("read"), "/admin")).Should().Be(HttpStatusCode.Forbidden);

        (await api.ItemsAsync(Audit, api.Secret())).Should().BeEmpty();
    }

    [Fact]
    public async Task Call_RefusedWhileTheStoreIsUnavailable_IsStillRefused()
    {
        await using var api = await ManagementApi.StartAsync();
        api.Store.BeforeManagement = () => throw new IOException("away");

        using var response = await api.GetAsync(ManagementApi.Keys, api.Secret("read"));

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        api.Logs.Ours.Should().ContainSingle(entry => entry.Level == LogLevel.Error && entry.Text.Contains("key.read"));
    }

    [Fact]
    public async Task Calls_RefusedOverAndOver_FillNoAudit()
    {
        await using var api = await ManagementApi.StartAsync();
        var (poor, admin) = (api.Secret("read"), api.Secret());
        await RepeatAsync();
        (await ActionsAsync()).Should().BeEquivalentTo(
            [
                ("key.read.refused", 2 * RefusalBudget.MaxPerAction), ("key.create.refused", RefusalBudget.MaxPerAction)
            ], "actors and actions are distinguished");
        api.Logs.Ours.Where(entry => entry.Text.Contains("too many refused attempts")).Should().HaveCount(3);

        api.Time.Advance(TimeSpan.FromHours(1));
        await RepeatAsync();

        (await ActionsAsync()).Should().BeEquivalentTo(
            [
                ("key.read.refused", 4 * RefusalBudget.MaxPerAction), ("key.create.refused", 2 * RefusalBudget.MaxPerAction)
            ], "an hour later they count again");

        async Task RepeatAsync()
        {
            for (var i = 0; i < RefusalBudget.MaxPerAction + 5; i++)
            {
                (await api.StatusAsync(poor, ManagementApi.Keys)).Should().Be(HttpStatusCode.Forbidden);
                (await api.StatusAsync(admin, $"{ManagementApi.Keys}/key_guess{i}")).Should().Be(HttpStatusCode.NotFound);
                (await api.PostAsync("", poor, "{}")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
            }
        }

        async Task<IEnumerable<(string, int)>> ActionsAsync()
            => (await api.ItemsAsync(Audit, api.Secret())).GroupBy(entry => entry.Text("action"))
                .Select(group => (group.Key, group.Count()));
    }

    [Fact]
    public async Task Calls_RefusedToManyKeys_FillNoAudit()
    {
        await using var api = await ManagementApi.StartAsync();
        var saved = 0;
        api.Store.BeforeSave = change => saved += change.Audit.Count(entry => entry.Workspace == TestApi.Workspace);
        await using var scope = api.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyManager>();

        for (var i = 0; i < RefusalBudget.MaxPerWorkspace + 50; i++)
        {
            await manager.GetAsync(
                new ApiKeyActor { Id = $"person {i}", Workspace = TestApi.Workspace },
                "key_x",
                TestContext.Current.CancellationToken);
        }

        await manager.GetAsync(
            new ApiKeyActor { Id = "person", Workspace = "other" }, "key_x", TestContext.Current.CancellationToken);

        saved.Should().Be(RefusalBudget.MaxPerWorkspace);
        (await api.ItemsAsync(Audit, api.OtherWorkspace())).Should().ContainSingle("one workspace does not silence another");
    }
}
