using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace HirePanda.ApiKeys.Tests;

/// <summary>The filters of the audit log.</summary>
public sealed class AuditFilterTests
{
    private const string Audit = ManagementApi.Keys + "/audit";

    [Fact]
    public async Task Audit_ByEveryFilter_ReturnsOnlyMatches()
    {
        await using var api = await ManagementApi.StartAsync();
        var (one, first) = api.Issue();
        var (two, second) = api.Issue();
        var a = (await api.CreateAsync(first, new { name = "a", type = "ci" })).Text("id");
        api.Time.Advance(TimeSpan.FromHours(1));
        var b = (await api.CreateAsync(second, new { name = "b", type = "ci" })).Text("id");
        api.Time.Advance(TimeSpan.FromHours(1));
        (await api.PatchAsync(a, second, new { name = "c" })).StatusCode.Should().Be(HttpStatusCode.OK);

        (await ActionsAsync("")).Should().Equal("key.update " + a, "key.create " + b, "key.create " + a);
        (await ActionsAsync($"?keyId={a}")).Should().Equal("key.update " + a, "key.create " + a);
        (await ActionsAsync("?action=key.create")).Should().Equal("key.create " + b, "key.create " + a);
        (await ActionsAsync("?action=key.creat")).Should().BeEmpty("actions are compared exactly");
        (await ActionsAsync("?action=KEY.CREATE")).Should().BeEmpty();
        (await ActionsAsync($"?actor={one.Id}")).Should().Equal("key.create " + a);
        (await ActionsAsync($"?actor={two.Id}&keyId={a}")).Should().Equal("key.update " + a);
        (await ActionsAsync("?from=2026-11-24T13:00:00Z")).Should().Equal("key.update " + a, "key.create " + b);
        (await ActionsAsync("?to=2026-11-24T13:00:00Z")).Should().Equal("key.create " + a);
        (await ActionsAsync("?from=2026-11-24T14:00:00%2B01:00&to=2026-11-24T14:00:00Z")).Should().Equal("key.create " + b);
        (await ActionsAsync("?from=2026-11-24&to=2026-11-25")).Should().HaveCount(3, "a day alone is a day of UTC");
        (await ActionsAsync("?from=2026-11-25")).Should().BeEmpty();
        (await ActionsAsync("?keyId=nobody%27s")).Should().BeEmpty();

        async Task<IEnumerable<string>> ActionsAsync(string query)
            => (await api.ItemsAsync(Audit + query, first)).Select(entry => $"{entry.Text("action")} {entry.Text("keyId")}");
    }

    [Fact]
    public async Task Audit_OfOneKeyInPages_KeepsTheFilter()
    {
        await using var api = await ManagementApi.StartAsync();
        var admin = api.Secret();
        var id = (await api.CreateAsync(admin, new { name = "x", type = "ci" })).Text("id");
        for (var i = 0; i < 6; i++)
        {
            (await api.PatchAsync(id, admin, new { name = $"{i}" })).StatusCode.Should().Be(HttpStatusCode.OK);
            await api.CreateAsync(admin, new { name = "other", type = "ci" });
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var path = $"{Audit}?keyId={id}&limit=3{(cursor is null ? "" : $"&cursor={cursor}")}";
            var page = await (await api.GetAsync(path, admin)).JsonAsync();
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(entry => entry.Text("keyId")));
            cursor = page.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);

        seen.Should().HaveCount(7).And.OnlyContain(key => key == id);
    }

    [Theory]
    [InlineData("from=yesterday", "from")]
    [InlineData("from=yesterday&to=2026-13-01", "from", "to")]
    [InlineData("from=2026-11-25&to=2026-11-24", "from")]
    [InlineData("keyId=a%00", "keyId")]
    [InlineData("actor=%00&action=%00", "action", "actor")]
    [InlineData("limit=0&action=%00", "action", "limit")]
    public async Task Audit_ByWhatCannotBe_IsRefusedByItsField(string query, params string[] fields)
    {
        await using var api = await ManagementApi.StartAsync();

        using var response = await api.GetAsync($"{Audit}?{query}", api.Secret());

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.FieldsAsync()).Should().Equal(fields);
    }

    [Fact]
    public async Task Audit_InCodeOfABoundActor_IsForbidden()
    {
        await using var api = await ManagementApi.StartAsync();
        await using var scope = api.Services.CreateAsyncScope();
        var manager = scope.ServiceProvider.GetRequiredService<ApiKeyWorkspaceManager>();

        var result = await manager.ListAuditAsync(
            new ApiKeyActor { Id = "ann", Workspace = TestApi.Workspace, OwnerId = "ann" },
            new ApiKeyAuditListOptions { KeyId = "x" },
            TestContext.Current.CancellationToken);

        result.Failure!.Kind.Should().Be(ApiKeyFailureKind.Forbidden);
    }
}
